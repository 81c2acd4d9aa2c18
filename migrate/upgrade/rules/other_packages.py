"""Names of numpy, Keras and TensorFlow Hub that TF1 scripts use and newer versions have removed."""

import ast
from typing import Dict, Iterator, List, Optional, Tuple

from poets.migrate.upgrade.program import names as known
from poets.migrate.upgrade.program.finding import ERROR, NOTE, WARNING, ScriptFinding
from poets.migrate.upgrade.program.source import Edit
from poets.migrate.upgrade.rules.bridge import Program
from poets.migrate.upgrade.rules.swaps import span_of, spot

# numpy 1.20 to 2.0 removed aliases of Python's types and of its own names; each replacement is the same object
NUMPY_SAME = {
    "bool": "bool",
    "int": "int",
    "float": "float",
    "complex": "complex",
    "object": "object",
    "str": "str",
    "long": "int",
    "unicode": "str",
}
NUMPY_RENAMED = {
    "float_": "float64",
    "complex_": "complex128",
    "unicode_": "str_",
    "string_": "bytes_",
    "Inf": "inf",
    "Infinity": "inf",
    "infty": "inf",
    "PINF": "inf",
    "NaN": "nan",
    "NAN": "nan",
    "product": "prod",
    "cumproduct": "cumprod",
    "sometrue": "any",
    "alltrue": "all",
    "round_": "round",
    "row_stack": "vstack",
    "singlecomplex": "complex64",
    "cfloat": "complex128",
    "longfloat": "longdouble",
    "clongfloat": "clongdouble",
    "object0": "object_",
    "bool8": "bool_",
    "in1d": "isin",
}
NUMPY_BY_HAND = {
    "asscalar": "x.item()",
    "NINF": "-np.inf",
    "trapz": "np.trapezoid",
    "cast": "np.asarray(x, dtype)",
    "fromstring": "np.frombuffer for bytes",
    "msort": "np.sort(x, axis=0)",
    "rank": "np.ndim",
}

# name in Keras 2, as scripts import it alone or in tf.keras -> what to do under Keras 3
KERAS_GONE = {
    "preprocessing.image.ImageDataGenerator": "keras.utils.image_dataset_from_directory and keras.layers.Random*",
    "preprocessing.text": "keras.layers.TextVectorization",
    "preprocessing.sequence.TimeseriesGenerator": "keras.utils.timeseries_dataset_from_array",
    "preprocessing.image.load_img": "keras.utils.load_img",
    "preprocessing.image.img_to_array": "keras.utils.img_to_array",
    "preprocessing": "keras.utils and keras.layers",
    "backend": "keras.ops; there is no Session any more",
    "wrappers": "the package scikeras",
    "estimator": "compile and fit",
    "utils.np_utils": "keras.utils.to_categorical",
    "utils.multi_gpu_model": "tf.distribute.MirroredStrategy",
    "engine": "keras.layers.Layer, keras.Model",
    "layers.CuDNNLSTM": "keras.layers.LSTM",
    "layers.CuDNNGRU": "keras.layers.GRU",
    "layers.normalization": "keras.layers",
    "layers.core": "keras.layers",
    "layers.convolutional": "keras.layers",
    "layers.recurrent": "keras.layers",
    "layers.embeddings": "keras.layers",
    "layers.pooling": "keras.layers",
    "layers.advanced_activations": "keras.layers",
    "layers.merge": "keras.layers",
    "layers.noise": "keras.layers",
    "layers.wrappers": "keras.layers",
    "experimental": "keras itself",
}
HUB_GONE = (
    "tensorflow_hub.Module",
    "tensorflow_hub.ModuleSpec",
    "tensorflow_hub.create_module_spec",
    "tensorflow_hub.load_module_spec",
    "tensorflow_hub.add_signature",
    "tensorflow_hub.eval_function_for_module",
    "tensorflow_hub.get_expected_image_size",
    "tensorflow_hub.get_num_image_channels",
    "tensorflow_hub.image_embedding_column",
    "tensorflow_hub.text_embedding_column",
    "tensorflow_hub.LatestModuleExporter",
    "tensorflow_hub.register_module_for_export",
)
METHODS = {
    "fit_generator": "fit",
    "evaluate_generator": "evaluate",
    "predict_generator": "predict",
    "predict_classes": "predict(...).argmax(-1)",
    "predict_proba": "predict",
}


def numpy_changes(program: Program) -> Tuple[List[ScriptFinding], List[Edit]]:
    """Names that numpy has removed; those with an exact replacement are rewritten."""
    findings, edits = [], []
    for chain in program.names.chains:
        for dotted in program.names.means(chain):
            parts = dotted.split(".")
            if parts[0] != "numpy" or len(parts) < 2 or chain.guarded:
                continue
            line, column = spot(program, chain.name)
            new = _numpy_new(chain.name.id, parts[1]) if len(parts) == len(chain.attributes) + 1 else None
            span = span_of(program, chain)
            if new and span and (parts[1] not in NUMPY_SAME or _is_builtin(chain.scope, NUMPY_SAME[parts[1]])):
                edits.append(Edit(span[0], span[1], new + "".join("." + one for one in parts[2:])))
                findings.append(
                    ScriptFinding(
                        NOTE,
                        "replaced",
                        line,
                        column,
                        "np." + parts[1],
                        f"replaced by {new}, which it was another name for",
                        "nothing to do",
                    )
                )
            elif parts[1] in NUMPY_BY_HAND or parts[1] in known.table()["numpy"]:
                findings.append(
                    ScriptFinding(
                        WARNING if parts[1] == "fromstring" else ERROR,
                        "numpy",
                        line,
                        column,
                        "np." + parts[1],
                        "numpy no longer has it, or not all of it",
                        "use " + NUMPY_BY_HAND.get(parts[1], "what numpy's release notes name"),
                    )
                )
    return findings, edits


def _numpy_new(alias: str, name: str) -> Optional[str]:
    if name in NUMPY_SAME:
        return NUMPY_SAME[name]
    return f"{alias}.{NUMPY_RENAMED[name]}" if name in NUMPY_RENAMED else None


def _is_builtin(scope: "object", name: str) -> bool:
    return getattr(scope, "owner")(name) is None  # noqa: B009


def hub_findings(program: Program) -> Iterator[ScriptFinding]:
    """TensorFlow Hub's version 1 API, which the package removed in 0.13."""
    for chain in program.names.chains:
        for dotted in program.names.means(chain):
            if ".".join(dotted.split(".")[:2]) in HUB_GONE:
                line, column = spot(program, chain.name)
                yield ScriptFinding(
                    ERROR,
                    "removed-name",
                    line,
                    column,
                    "hub." + dotted.split(".")[1],
                    "tensorflow_hub no longer has it",
                    "hub.load(handle), called as a function; or tensorflow_hub 0.12 beside a TensorFlow up to 2.15",
                    "migrate/tensorflow_library/hub_layer.py",
                )


def keras_findings(program: Program) -> Iterator[ScriptFinding]:
    """Keras 3's removals and renames, for Keras imported alone or with TensorFlow."""
    if not _has_keras(program):
        return
    yield from _keras_names(program)
    for call, _ in program.names.calls:
        line, column = spot(program, call)
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if method in METHODS:
            yield ScriptFinding(
                WARNING,
                "keras-3",
                line,
                column,
                f".{method}()",
                "Keras 3 does not have it; Keras 2 (tf_keras) has fit_generator and its like",
                f"use {METHODS[method]}",
                "modern/train.py",
            )
        yield from _keras_arguments(program, call, line, column)


def _has_keras(program: Program) -> bool:
    imported = [one.dotted for one in program.names.imports]
    used = [dotted for chain in program.names.chains for dotted in program.names.means(chain)]
    return any(one.split(".")[0] == "keras" or ".keras" in one for one in imported) or any(
        one.startswith("tensorflow.keras") for one in used
    )


def _keras_names(program: Program) -> Iterator[ScriptFinding]:
    seen = [
        (one.node, one.dotted if isinstance(one.node, ast.ImportFrom) else one.module) for one in program.names.imports
    ]
    seen += [
        (chain.name, dotted)
        for chain in program.names.chains
        for dotted in program.names.means(chain)
        if chain.attributes
    ]
    told: Dict[Tuple[int, str], bool] = {}
    for node, dotted in seen:
        inside = _inside_keras(dotted)
        if inside is None:
            continue
        line, column = spot(program, node)
        if (
            dotted.split(".")[0] == "keras"
            and node in [one.node for one in program.names.imports]
            and not told.get((line, "keras"))
        ):
            told[(line, "keras")] = True
            yield ScriptFinding(
                ERROR,
                "keras-3",
                line,
                column,
                dotted,
                "`keras` is Keras 3 beside TensorFlow 2.16 and later, which has no Sessions",
                "import tf_keras as keras (pip install tf_keras), or rewrite in Keras 3's style",
                "modern/head.py",
            )
        gone = next((one for one in _starts(inside) if one in KERAS_GONE), None)
        if gone and not told.get((line, gone)):
            told[(line, gone)] = True
            yield ScriptFinding(
                WARNING,
                "keras-3",
                line,
                column,
                "keras." + gone,
                "Keras 3 does not have it; Keras 2 (tf_keras) has",
                f"in Keras 3: {KERAS_GONE[gone]}",
                "modern/mnist.py",
            )


def _inside_keras(dotted: str) -> Optional[str]:
    for start in ("tensorflow.keras.", "tensorflow.python.keras.", "keras.", "tensorflow.compat.v1.keras."):
        if dotted.startswith(start):
            return dotted[len(start) :]
    return "" if dotted in ("keras", "tensorflow.keras") else None


def _starts(inside: str) -> List[str]:
    parts = inside.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _keras_arguments(program: Program, call: ast.Call, line: int, column: int) -> Iterator[ScriptFinding]:
    function = program.names.chain_at(call.func)
    dotted = program.names.means(function) if function else []
    if any(".optimizers." in one and _inside_keras(one) is not None for one in dotted):
        for keyword in call.keywords:
            if keyword.arg in ("lr", "decay"):
                yield ScriptFinding(
                    WARNING,
                    "keras-3",
                    line,
                    column,
                    f"{keyword.arg}=",
                    "Keras 3's optimizers do not take it",
                    "learning_rate=, with a schedule of keras.optimizers.schedules for decay",
                    "modern/train.py",
                )
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if method in ("save", "save_weights", "load_model", "ModelCheckpoint"):
        for argument in call.args[:1]:
            text = getattr(argument, "value", getattr(argument, "s", None))
            if isinstance(text, str) and text.endswith((".h5", ".hdf5")):
                yield ScriptFinding(
                    NOTE,
                    "keras-3",
                    line,
                    column,
                    text,
                    "Keras 3 reads and writes .h5 as a legacy format",
                    "model.save('model.keras'); weights: .weights.h5",
                    "modern/export.py",
                )

"""A program for a Python with TensorFlow 2: compare the contents of files that two runs wrote.

``python same_files.py OLD NEW TOLERANCE FILES``, where FILES is a JSON file with a list of [kind, file in OLD, file in
NEW]; it prints a JSON list of [kind, same, apart, where]. Kinds: array, graph, events, checkpoint, picture, records,
text, bytes.
"""

import json
import os
import sys

import numpy as np

from poets.migrate.upgrade.proof.same_text import compare_text


class Different(Exception):
    """Two files differ in something other than numbers."""


def compare(kind, old, new, tolerance):
    """(same, apart, where) of two files of a kind."""
    try:
        if kind == "text":
            with open(old, encoding="utf-8") as first, open(new, encoding="utf-8") as second:
                found = compare_text(
                    first.read().replace(os.path.dirname(old), ""),
                    second.read().replace(os.path.dirname(new), ""),
                    tolerance,
                )
            return found.same, found.apart, found.where
        if kind == "bytes":
            with open(old, "rb") as first, open(new, "rb") as second:
                same = first.read() == second.read()
            return same, 0.0, "" if same else "other bytes"
        worst, where = apart_at_most(READERS[kind](old), READERS[kind](new))
    except Different as difference:
        return False, float("inf"), str(difference)
    return worst <= tolerance, worst, "" if worst <= tolerance else where


def apart_at_most(old, new):
    """The largest distance between two dicts of arrays, and where it is."""
    if set(old) != set(new):
        missing, added = sorted(set(old) - set(new)), sorted(set(new) - set(old))
        raise Different(f"missing: {', '.join(missing[:5]) or 'none'}; added: {', '.join(added[:5]) or 'none'}")
    worst, where = 0.0, ""
    for name in sorted(old):
        one, other = np.asarray(old[name]), np.asarray(new[name])
        if one.shape != other.shape:
            raise Different(f"{name}: shape {one.shape} became {other.shape}")
        apart = _apart(name, one, other)
        if apart > worst or apart != apart:
            worst, where = apart, f"{name}: {apart:.3g} apart"
    return worst, where


def _apart(name, one, other):
    if one.dtype.kind not in "fiubc":
        if not (one == other).all():
            raise Different(f"{name}: '{one.ravel()[:1]!s:.60}' became '{other.ravel()[:1]!s:.60}'")
        return 0.0
    if one.size == 0:
        return 0.0
    one, other = (array.astype(np.complex128 if array.dtype.kind == "c" else np.float64) for array in (one, other))
    with np.errstate(invalid="ignore"):
        scale = np.maximum(1.0, np.maximum(np.abs(one), np.abs(other)))
        distance = np.where((one == other) | (np.isnan(one) & np.isnan(other)), 0.0, np.abs(one - other) / scale)
    distance = np.where(np.isnan(distance), np.inf, distance)
    return float(distance.max())


def read_array(path):
    """Arrays of a .npy or .npz file; pickled ones are refused."""
    try:
        found = np.load(path, allow_pickle=False)
    except ValueError as error:
        raise Different(f"cannot be read without unpickling: {error}")
    return {"": found} if isinstance(found, np.ndarray) else {name: found[name] for name in found.files}


def read_graph(path):
    """A GraphDef's nodes: op and inputs as text, and the values of constants."""
    from google.protobuf import text_format
    from tensorflow.core.framework import graph_pb2
    from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2
    from tensorflow.python.framework import tensor_util

    with open(path, "rb") as file:
        data = file.read()
    if path.endswith(".meta"):
        graph = meta_graph_pb2.MetaGraphDef.FromString(data).graph_def
    elif os.path.basename(path) == "saved_model.pb":
        graph = saved_model_pb2.SavedModel.FromString(data).meta_graphs[0].graph_def
    elif path.endswith(".pbtxt"):
        graph = text_format.Parse(data, graph_pb2.GraphDef(), allow_unknown_field=True)
    else:
        graph = graph_pb2.GraphDef.FromString(data)
    found = {}
    for node in graph.node:
        if node.op == "Const":
            found[node.name] = tensor_util.MakeNdarray(node.attr["value"].tensor)
        elif not path.endswith((".meta", ".pbtxt")) and os.path.basename(path) != "saved_model.pb":
            found[node.name] = np.array(f"{node.op}({', '.join(node.input)})")
    if found and path.endswith((".meta", ".pbtxt")) or os.path.basename(path) == "saved_model.pb":
        # graphs with variables: TensorFlow versions use different nodes to initialise, save and restore them
        return {"nodes that are inputs": np.array(sorted(node.name for node in graph.node if node.op == "Placeholder"))}
    return found


def read_events(path):
    """Scalars and histograms of an event file by tag and step; its graph and times are left out."""
    from tensorflow.compat.v1.train import summary_iterator

    found = {}
    for event in summary_iterator(path):
        for value in event.summary.value:
            name = f"{value.tag} at step {int(event.step)}"
            kind = value.WhichOneof("value")
            if kind == "simple_value":
                found[name] = np.array(value.simple_value)
            elif kind == "histo":
                histogram = value.histo
                found[name] = np.array(
                    [histogram.min, histogram.max, histogram.num, histogram.sum, histogram.sum_squares]
                )
    return found


def read_checkpoint(path):
    """A checkpoint's variables; ``path`` is its .index file."""
    from tensorflow.compat.v1.train import load_checkpoint

    reader = load_checkpoint(path[: -len(".index")])
    return {
        name: reader.get_tensor(name)
        for name in reader.get_variable_to_shape_map()
        if not name.startswith("_CHECKPOINTABLE") and not name.startswith("_TRACKABLE")
    }


def read_picture(path):
    """A picture's pixels."""
    import tensorflow as tf

    with open(path, "rb") as file:
        return {"pixels": tf.io.decode_image(file.read()).numpy()}


def read_records(path):
    """The records of a TFRecord file: an Example's features, whose order does not matter; other records as bytes."""
    from tensorflow.compat.v1.python_io import tf_record_iterator
    from tensorflow.core.example import example_pb2

    found = {}
    for number, record in enumerate(tf_record_iterator(path)):
        example = example_pb2.Example()
        try:
            example.ParseFromString(record)
            features = {name: one for name, one in example.features.feature.items() if one.WhichOneof("kind")}
        except Exception:
            features = {}
        for name, one in features.items():
            found[f"record {number}, {name}"] = np.array(getattr(one, one.WhichOneof("kind")).value)
        if not features:
            found[f"record {number}"] = np.array([record])
    return found


READERS = {
    "array": read_array,
    "graph": read_graph,
    "events": read_events,
    "checkpoint": read_checkpoint,
    "picture": read_picture,
    "records": read_records,
}


def main():
    """Compare all pairs and print what was found."""
    old, new, tolerance, listed = sys.argv[1:5]
    with open(listed, encoding="utf-8") as file:
        pairs = json.load(file)
    answers = []
    for kind, first, second in pairs:
        try:
            found = compare(kind, os.path.join(old, first), os.path.join(new, second), float(tolerance))
        except Exception as error:  # a file whose content does not match its name
            found = False, float("inf"), f"cannot be read as {kind}: {error}"
        answers.append([kind, bool(found[0]), float(found[1]), found[2]])
    sys.stdout.write("\nCOMPARED " + json.dumps(answers) + "\n")


if __name__ == "__main__":
    main()

"""A program for any Python with TensorFlow: print the public names of its version 1 API as JSON.

``make_table`` runs it under TF 1.15 and under TF 2; it imports nothing of ours. The JSON has ``version``, ``modules``
(dotted module -> its public names), ``classes`` (dotted class -> its public members), ``arguments`` (dotted function or
class -> its argument names, null if it takes any) and, for TF 2, ``v2`` (names of ``tf`` itself).
"""

import inspect
import json
import os
import sys

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# source trees bundled with the package in TF 1.15, and modules that repeat the whole API
NOT_WALKED = {
    "tf.contrib",
    "tf.python",
    "tf.core",
    "tf.tools",
    "tf.compiler",
    "tf.examples",
    "tf.compat.v1",
    "tf.compat.v2",
    "tf.include",
    "tf.lite.python",
}
MISSING = object()
FUTURE = ("absolute_import", "division", "print_function", "unicode_literals")
PRIVATE_MODULES = (
    "client",
    "debug",
    "eager",
    "framework",
    "keras",
    "layers",
    "lib.io",
    "ops",
    "ops.nn_grad",
    "ops.tensor_array_grad",
    "platform",
    "saved_model",
    "summary",
    "tools",
    "training",
    "util",
    "client.device_lib",
    "client.session",
    "client.timeline",
    "data.ops.dataset_ops",
    "eager.context",
    "framework.constant_op",
    "framework.dtypes",
    "framework.errors",
    "framework.errors_impl",
    "framework.function",
    "framework.graph_util",
    "framework.importer",
    "framework.ops",
    "framework.random_seed",
    "framework.sparse_tensor",
    "framework.tensor_shape",
    "framework.tensor_util",
    "framework.test_util",
    "keras.backend",
    "keras.layers",
    "keras.models",
    "layers.base",
    "layers.core",
    "layers.convolutional",
    "layers.layers",
    "layers.utils",
    "lib.io.file_io",
    "lib.io.tf_record",
    "ops.array_ops",
    "ops.candidate_sampling_ops",
    "ops.check_ops",
    "ops.clip_ops",
    "ops.control_flow_ops",
    "ops.ctc_ops",
    "ops.data_flow_ops",
    "ops.embedding_ops",
    "ops.functional_ops",
    "ops.gen_array_ops",
    "ops.gen_image_ops",
    "ops.gen_io_ops",
    "ops.gen_math_ops",
    "ops.gen_nn_ops",
    "ops.gradients",
    "ops.gradients_impl",
    "ops.image_ops",
    "ops.init_ops",
    "ops.io_ops",
    "ops.linalg_ops",
    "ops.logging_ops",
    "ops.lookup_ops",
    "ops.losses.losses",
    "ops.losses.losses_impl",
    "ops.losses.util",
    "ops.math_ops",
    "ops.metrics",
    "ops.nn",
    "ops.nn_impl",
    "ops.nn_ops",
    "ops.parsing_ops",
    "ops.partitioned_variables",
    "ops.random_ops",
    "ops.resource_variable_ops",
    "ops.rnn",
    "ops.rnn_cell",
    "ops.rnn_cell_impl",
    "ops.script_ops",
    "ops.seq2seq",
    "ops.sparse_ops",
    "ops.standard_ops",
    "ops.state_ops",
    "ops.string_ops",
    "ops.summary_ops",
    "ops.template",
    "ops.tensor_array_ops",
    "ops.variable_scope",
    "ops.variables",
    "platform.app",
    "platform.flags",
    "platform.gfile",
    "platform.resource_loader",
    "platform.test",
    "platform.tf_logging",
    "pywrap_tensorflow",
    "saved_model.builder",
    "saved_model.loader",
    "saved_model.main_op",
    "saved_model.signature_constants",
    "saved_model.signature_def_utils",
    "saved_model.simple_save",
    "saved_model.tag_constants",
    "saved_model.utils",
    "summary.summary",
    "summary.summary_iterator",
    "summary.event_accumulator",
    "summary.event_multiplexer",
    "summary.writer.writer",
    "tools.freeze_graph",
    "tools.inspect_checkpoint",
    "tools.optimize_for_inference_lib",
    "tools.strip_unused_lib",
    "training.adam",
    "training.basic_session_run_hooks",
    "training.checkpoint_utils",
    "training.coordinator",
    "training.gradient_descent",
    "training.input",
    "training.learning_rate_decay",
    "training.momentum",
    "training.monitored_session",
    "training.moving_averages",
    "training.optimizer",
    "training.queue_runner",
    "training.queue_runner_impl",
    "training.saver",
    "training.session_manager",
    "training.session_run_hook",
    "training.slot_creator",
    "training.summary_io",
    "training.supervisor",
    "training.training",
    "training.training_util",
    "util.compat",
    "util.deprecation",
    "util.nest",
    "util.tf_decorator",
    "util.tf_export",
    "util.tf_inspect",
)


def walk(root, top):
    """Dotted name of modules and classes below ``root`` -> their public names."""
    modules, classes, arguments, seen = {}, {}, {}, set()
    waiting = [(top, root)]
    while waiting:
        dotted, module = waiting.pop()
        names = [name for name in dir(module) if not name.startswith("_") and name not in FUTURE]
        modules[dotted] = sorted(name for name in names if safe(module, name) is not MISSING)
        for name in modules[dotted]:
            value, below = safe(module, name), dotted + "." + name
            if inspect.ismodule(value):
                if is_ours(value) and id(value) not in seen and below not in NOT_WALKED and dotted.count(".") < 5:
                    seen.add(id(value))
                    waiting.append((below, value))
            elif inspect.isclass(value):
                classes[below] = sorted(member for member in dir(value) if not member.startswith("_"))
                arguments[below] = arguments_of(value.__init__)
            elif callable(value):
                arguments[below] = arguments_of(value)
    return modules, classes, arguments


def is_ours(module):
    """Whether a module belongs to TensorFlow or Keras, and is not merely imported by them (such as tf.test.mock)."""
    return getattr(module, "__name__", "").split(".")[0] in (
        "tensorflow",
        "tensorflow_core",
        "tensorflow_estimator",
        "keras",
        "tf_keras",
        "layers",
        "rnn_cell",
    )


def safe(module, name):
    """An attribute, or MISSING if reading it raises, as lazy loaders do for removed names."""
    try:
        value = getattr(module, name)
        if inspect.ismodule(value):
            dir(value)
        return value
    except Exception:
        return MISSING


def arguments_of(function):
    """Names of a function's arguments; None if it takes any, or if they are unknown."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(one.kind in (one.VAR_KEYWORD, one.VAR_POSITIONAL) for one in parameters):
        return None
    return [one.name for one in parameters if one.name != "self"]


def places(root, modules):
    """Identity of an object -> its public name, the shortest if it has several."""
    found: dict = {}
    for dotted in sorted(modules, key=lambda one: (one.count("."), one)):
        module = root
        for part in dotted.split(".")[1:]:
            module = getattr(module, part)
        for name in modules[dotted]:
            value = safe(module, name)
            if not inspect.ismodule(value) and not isinstance(
                value, (int, float, str, bytes, tuple, list, dict, type(None))
            ):
                found.setdefault((id(value), name), dotted + "." + name)
    return found


def private_modules(public):
    """`tensorflow.python.*` modules that scripts imported -> their names, with the public names of the same objects.

    A module that is gone is left out.
    """
    import importlib

    found, same = {}, {}
    for name in PRIVATE_MODULES:
        try:
            module = importlib.import_module("tensorflow.python." + name)
        except Exception:
            continue
        found["tensorflow.python." + name] = sorted(
            one
            for one in dir(module)
            if not one.startswith(("_", "TF_", "TFE_"))
            and one not in FUTURE
            and not inspect.ismodule(getattr(module, one))
            and not one.endswith("_swigregister")
        )
        pairs = [(one, public.get((id(getattr(module, one)), one))) for one in found["tensorflow.python." + name]]
        same["tensorflow.python." + name] = {one: dotted for one, dotted in pairs if dotted}
    return found, same


def main():
    """Print the JSON on its own line, because TF 1.15 prints other lines too."""
    import numpy
    import tensorflow

    tf = tensorflow.compat.v1 if tensorflow.__version__.startswith("2") else tensorflow
    modules, classes, arguments = walk(tf, "tf")
    private, same = private_modules(places(tf, modules))
    found = {
        "version": tensorflow.__version__,
        "modules": modules,
        "classes": classes,
        "arguments": arguments,
        "private": private,
        "public": same,
        "numpy": sorted(one for one in dir(numpy) if not one.startswith("__")),
    }
    if tf is not tensorflow:
        found["v2"] = walk(tensorflow, "tf")[0]
    sys.stdout.write("\nNAMES " + json.dumps(found) + "\n")


if __name__ == "__main__":
    main()

"""Advice on names removed since TensorFlow 1, with the file of the modern twin that shows the replacement."""

from typing import NamedTuple, Tuple

from poets.migrate.upgrade.program import names as known


class Advice(NamedTuple):
    what: str
    """What to use instead, in words."""
    see: str
    """A file of poets that shows it."""


HEAD, TRAIN, IMAGES, EXPORT = "modern/head.py", "modern/train.py", "modern/images.py", "modern/export.py"
SUMMARIES, BACKBONE, RETRAIN = "modern/summaries.py", "modern/backbone.py", "modern/retrain.py"
MNIST = "modern/mnist.py"
BOTTLENECKS, DEVICE, EVALUATE = (
    "modern/bottlenecks.py",
    "migrate/tensorflow_library/keras_device.py",
    "modern/evaluate.py",
)

BY_NAME = {
    "tf.contrib.slim": (
        "pip install tf-slim and `import tf_slim as slim`, after TensorFlow's own import (it builds a network under "
        "TF 2.21); its learning and data parts may not run",
        BACKBONE,
    ),
    "tf.contrib.layers.xavier_initializer": (
        "tf.glorot_uniform_initializer(seed=..., dtype=...) draws from the same distribution where `uniform` is left "
        "True",
        HEAD,
    ),
    "tf.contrib.layers.variance_scaling_initializer": (
        "tf.variance_scaling_initializer(scale=factor, mode=..., distribution=...); its truncated normal is wider by "
        "1.3 under the root, and its default is factor 2",
        HEAD,
    ),
    "tf.contrib.layers": (
        "write it with tf.nn, or tf.layers under Keras 2: contrib's fully_connected and conv2d have a relu and Xavier "
        "weights by default, which tf.layers does not",
        HEAD,
    ),
    "tf.contrib.rnn": (
        "tf.nn.rnn_cell has BasicRNNCell, BasicLSTMCell, LSTMCell, GRUCell, MultiRNNCell and DropoutWrapper; rewrite "
        "contrib's other cells as tf.keras.layers.RNN cells",
        HEAD,
    ),
    "tf.contrib.seq2seq": ("TensorFlow Addons had it but is no longer maintained; keep a copy of what you use", TRAIN),
    "tf.contrib.crf": ("TensorFlow Addons had it but is no longer maintained; keep a copy of what you use", TRAIN),
    "tf.contrib.training.HParams": ("keep hyperparameters in argparse flags or a NamedTuple", RETRAIN),
    "tf.contrib.training": (
        "write the loop: tf.train.MonitoredTrainingSession in TF1 style, Model.fit in modern",
        TRAIN,
    ),
    "tf.contrib.learn": ("the predecessor of tf.estimator: use a keras.Model with compile and fit", TRAIN),
    "tf.contrib.data": (
        "tf.data.experimental has most of it, and batch(..., drop_remainder=True) the rest",
        BOTTLENECKS,
    ),
    "tf.contrib.lookup": ("tf.lookup: StaticHashTable(initializer, default_value)", EXPORT),
    "tf.contrib.metrics": ("tf.metrics in TF1 style, keras.metrics in modern", EVALUATE),
    "tf.contrib.losses": ("tf.losses in TF1 style, keras.losses in modern", TRAIN),
    "tf.contrib.summary": ("tf.summary of TensorFlow 2: create_file_writer, scalar, histogram", SUMMARIES),
    "tf.contrib.tensorboard": ("tensorboard.plugins.projector", SUMMARIES),
    "tf.contrib.image": ("tf.raw_ops.ImageProjectiveTransformV3; rotations by keras.layers.RandomRotation", IMAGES),
    "tf.contrib.eager": ("TensorFlow 2 is eager: tf.GradientTape, tf.Variable, tf.train.Checkpoint", TRAIN),
    "tf.contrib.quantize": ("quantise at conversion: poets port --to tflite --quantize int8", EXPORT),
    "tf.contrib.lite": ("tf.lite", EXPORT),
    "tf.contrib.tensorrt": (
        "tensorflow.python.compiler.tensorrt, or NVIDIA's trtexec on an ONNX file (poets port --to onnx)",
        EXPORT,
    ),
    "tf.contrib.predictor": ("tf.saved_model.load(folder).signatures['serving_default']", EXPORT),
    "tf.contrib.saved_model": ("tf.saved_model", EXPORT),
    "tf.contrib.keras": ("tf.keras", HEAD),
    "tf.contrib.opt": ("an optimizer of tf.keras.optimizers", TRAIN),
    "tf.contrib.distribute": ("tf.distribute", DEVICE),
    "tf.contrib.cudnn_rnn": ("tf.keras.layers.LSTM and GRU run on cuDNN where they can", HEAD),
    "tf.contrib.ffmpeg": ("decode sound outside TensorFlow, or tf.audio.decode_wav", IMAGES),
    "tf.contrib.framework": (
        "tf.train.list_variables and load_variable; tf.get_collection for get_variables; "
        "tf.train.get_or_create_global_step",
        BACKBONE,
    ),
    "tf.contrib.gan": ("the package tensorflow-gan, or a training step of your own", TRAIN),
    "tf.contrib.distributions": ("the package tensorflow-probability; tf.distributions has the plain ones", TRAIN),
    "tf.contrib.bayesflow": ("the package tensorflow-probability", TRAIN),
    "tf.contrib": (
        "removed in TensorFlow 2; look for the name in tf.*, in tf_slim, or keep a copy of the function",
        RETRAIN,
    ),
    "tf.estimator": (
        "no package brings estimators back (the last runs with TensorFlow 2.15): the model_fn's body becomes a "
        "keras.Model or a training step, train_and_evaluate becomes fit",
        TRAIN,
    ),
    "tf.Estimator": ("a keras.Model with compile and fit", TRAIN),
    "tf.feature_column": ("keras.layers preprocessing (Normalization, StringLookup, CategoryEncoding)", HEAD),
    "tf.initialize_all_variables": ("tf.global_variables_initializer()", HEAD),
    "tf.all_variables": ("tf.global_variables()", HEAD),
    "tf.mul": ("tf.multiply (renamed in TensorFlow 1.0)", HEAD),
    "tf.sub": ("tf.subtract (renamed in TensorFlow 1.0)", HEAD),
    "tf.neg": ("tf.negative (renamed in TensorFlow 1.0)", HEAD),
    "tf.pack": ("tf.stack (renamed in TensorFlow 1.0)", HEAD),
    "tf.unpack": ("tf.unstack (renamed in TensorFlow 1.0)", HEAD),
    "tf.batch_matmul": ("tf.matmul (renamed in TensorFlow 1.0)", HEAD),
    "tf.complex_abs": ("tf.abs (renamed in TensorFlow 1.0)", HEAD),
    "tf.select": ("tf.where (renamed in TensorFlow 1.0)", HEAD),
    "tf.inv": ("tf.reciprocal (renamed in TensorFlow 1.0)", HEAD),
    "tf.listdiff": ("tf.setdiff1d (renamed in TensorFlow 1.0)", HEAD),
    "tf.scalar_summary": ("tf.summary.scalar (renamed in TensorFlow 1.0)", SUMMARIES),
    "tf.histogram_summary": ("tf.summary.histogram (renamed in TensorFlow 1.0)", SUMMARIES),
    "tf.image_summary": ("tf.summary.image (renamed in TensorFlow 1.0)", SUMMARIES),
    "tf.merge_summary": ("tf.summary.merge (renamed in TensorFlow 1.0)", SUMMARIES),
    "tf.merge_all_summaries": ("tf.summary.merge_all (renamed in TensorFlow 1.0)", SUMMARIES),
    "tf.train.SummaryWriter": ("tf.summary.FileWriter (renamed in TensorFlow 1.0)", SUMMARIES),
    "tf.nn.rnn": ("tf.nn.static_rnn (renamed in TensorFlow 1.0)", HEAD),
    "tf.nn.seq2seq": ("removed in TensorFlow 1.0; keep a copy of what you use", TRAIN),
    "tf.models": ("removed in TensorFlow 1.0", RETRAIN),
    "tf.python": ("not TensorFlow's public interface; look for the name in tf.*", RETRAIN),
    "tf.examples": (
        "removed in TensorFlow 2: `poets mnist` reads MNIST's files, tf.keras.datasets.mnist downloads them",
        MNIST,
    ),
    "tf.lite.TocoConverter": ("tf.lite.TFLiteConverter, or poets port --to tflite", EXPORT),
    "tf.lite.toco_convert": ("tf.lite.TFLiteConverter, or poets port --to tflite", EXPORT),
    "tf.lite.OpHint": ("convert with tf.lite.TFLiteConverter", EXPORT),
    "tf.layers": ("pip install tf_keras; in modern style a layer of tf.keras.layers", HEAD),
    "tf.keras": ("pip install tf_keras; in modern style Keras 3 without Sessions", HEAD),
    "tf.nn.rnn_cell": ("pip install tf_keras; in modern style tf.keras.layers.LSTM and GRU", HEAD),
    "tf.distribute": ("tf.distribute of TensorFlow 2", DEVICE),
    "tf.tpu": ("tf.distribute.TPUStrategy", DEVICE),
}

PRIVATE = {
    "tensorflow.python.framework.ops": "tf has most of it: Graph, Tensor, get_collection, name_scope, GraphKeys",
    "tensorflow.python.framework.tensor_shape": "tf.TensorShape and tf.Dimension",
    "tensorflow.python.framework.dtypes": "tf itself has tf.float32 and the others; the class is tf.DType",
    "tensorflow.python.framework.test_util": "tf.test",
    "tensorflow.python.client.device_lib": "tf.config.experimental.list_physical_devices()",
    "tensorflow.python.ops.rnn_cell": "tf.nn.rnn_cell, under Keras 2",
    "tensorflow.python.ops.rnn": "tf.nn.dynamic_rnn and tf.nn.static_rnn",
    "tensorflow.python.layers": "tf.layers, under Keras 2",
    "tensorflow.python.keras": "tf.keras",
    "tensorflow.python.eager": "TensorFlow 2 is eager: tf.executing_eagerly, tf.GradientTape",
    "tensorflow.python.tools.freeze_graph": (
        "tf.graph_util.convert_variables_to_constants, or `poets port`, which proves it"
    ),
    "tensorflow.python.tools.optimize_for_inference_lib": "`poets optimize`, which verifies the outputs",
    "tensorflow.python.summary": "tf.summary; tf.train.summary_iterator reads event files",
    "tensorflow.tools": "poets optimize and poets round do what graph transforms were used for",
    "tensorflow.compiler": "look for the name in tf.*: TensorFlow promises nothing about tensorflow.compiler",
    "tensorflow": "look for the name in tf.*",
    "tensorflow.python": "look for the name in tf.*: TensorFlow promises nothing about tensorflow.python",
}


def advice_for(dotted: str) -> Advice:
    """The advice for the longest known prefix of a name of the public API."""
    parts = dotted.split(".")
    for length in range(len(parts), 1, -1):
        known = BY_NAME.get(".".join(parts[:length]))
        if known:
            return Advice(*known)
    return Advice("look for its successor in tf.*, or keep a copy of the function", RETRAIN)


def advice_for_private(module: str) -> str:
    """The advice for a module of `tensorflow.python`."""
    parts = module.split(".")
    return next(
        PRIVATE[".".join(parts[:length])] for length in range(len(parts), 0, -1) if ".".join(parts[:length]) in PRIVATE
    )


# replaced automatically, because it does exactly the same: old name -> (new name, arguments it may be called with)
SAME: dict = {
    "tf.contrib.layers.xavier_initializer": ("glorot_uniform_initializer", ("seed", "dtype")),
    "tf.contrib.layers.xavier_initializer_conv2d": ("glorot_uniform_initializer", ("seed", "dtype")),
    "tf.contrib.framework.get_or_create_global_step": ("train.get_or_create_global_step", None),
    "tf.contrib.framework.get_global_step": ("train.get_global_step", None),
    "tf.contrib.framework.list_variables": ("train.list_variables", None),
    "tf.contrib.framework.load_variable": ("train.load_variable", None),
    "tf.contrib.framework.nest": ("nest", None),
    "tf.contrib.rnn.BasicLSTMCell": ("nn.rnn_cell.BasicLSTMCell", None),
    "tf.contrib.rnn.BasicRNNCell": ("nn.rnn_cell.BasicRNNCell", None),
    "tf.contrib.rnn.LSTMCell": ("nn.rnn_cell.LSTMCell", None),
    "tf.contrib.rnn.GRUCell": ("nn.rnn_cell.GRUCell", None),
    "tf.contrib.rnn.MultiRNNCell": ("nn.rnn_cell.MultiRNNCell", None),
    "tf.contrib.rnn.DropoutWrapper": ("nn.rnn_cell.DropoutWrapper", None),
    "tf.contrib.rnn.ResidualWrapper": ("nn.rnn_cell.ResidualWrapper", None),
    "tf.contrib.rnn.DeviceWrapper": ("nn.rnn_cell.DeviceWrapper", None),
    "tf.contrib.rnn.LSTMStateTuple": ("nn.rnn_cell.LSTMStateTuple", None),
    "tf.contrib.rnn.RNNCell": ("nn.rnn_cell.RNNCell", None),
    "tf.contrib.rnn.static_rnn": ("nn.static_rnn", None),
    "tf.contrib.rnn.static_state_saving_rnn": ("nn.static_state_saving_rnn", None),
    "tf.contrib.lite.TFLiteConverter": ("lite.TFLiteConverter", None),
    "tf.contrib.lite.Interpreter": ("lite.Interpreter", None),
    "tf.contrib.saved_model.simple_save": ("saved_model.simple_save", None),
    "tf.initialize_all_variables": ("global_variables_initializer", None),
}

# private modules -> public names of the same objects, as far as scripts used them
PUBLIC_MODULES = {
    "tensorflow.python.framework.graph_util": "graph_util",
    "tensorflow.python.framework.errors": "errors",
    "tensorflow.python.framework.errors_impl": "errors",
    "tensorflow.python.platform.gfile": "gfile",
    "tensorflow.python.platform.flags": "flags",
    "tensorflow.python.platform.app": "app",
    "tensorflow.python.platform.tf_logging": "logging",
    "tensorflow.python.platform.resource_loader": "resource_loader",
    "tensorflow.python.util.compat": "compat",
    "tensorflow.python.util.nest": "nest",
    "tensorflow.python.saved_model.builder": "saved_model.builder",
    "tensorflow.python.saved_model.loader": "saved_model.loader",
    "tensorflow.python.saved_model.main_op": "saved_model.main_op",
    "tensorflow.python.saved_model.signature_constants": "saved_model.signature_constants",
    "tensorflow.python.saved_model.signature_def_utils": "saved_model.signature_def_utils",
    "tensorflow.python.saved_model.tag_constants": "saved_model.tag_constants",
    "tensorflow.python.saved_model.utils": "saved_model.utils",
    "tensorflow.python.ops.rnn_cell": "nn.rnn_cell",
}


def same_as(dotted: str) -> Tuple[str, object]:
    """The public name, below `tf`, of the same object; empty if none is known."""
    if dotted.startswith("tensorflow.python."):
        return known.public_name(dotted) or "", None
    found: Tuple[str, object] = SAME.get(dotted, ("", None))
    return found

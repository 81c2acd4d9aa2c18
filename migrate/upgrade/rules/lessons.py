"""What a rewrite in modern style would replace, with the twins' files and the `poets study` lesson for each."""

from typing import List, NamedTuple, Optional, Tuple


class RuleLesson(NamedTuple):
    name: str
    """NAME of the lesson in `poets study NAME`."""
    words: str
    """The TF1 idiom and its replacement."""
    legacy: str
    """The legacy twin's file that shows the idiom."""
    modern: str
    """The modern twin's file that shows its replacement."""
    names: Tuple[str, ...]
    """The TF1 names that belong to the lesson, with all names below them."""


LESSONS = (
    RuleLesson(
        "placeholders",
        "placeholders and feed_dict: arguments of a function, or a tf.data pipeline",
        "legacy/head.py",
        "modern/head.py",
        ("tf.placeholder", "tf.placeholder_with_default", "tf.sparse_placeholder"),
    ),
    RuleLesson(
        "session",
        "Sessions and their loops: eager code, tf.function, Model.fit",
        "legacy/train.py",
        "modern/train.py",
        (
            "tf.Session",
            "tf.InteractiveSession",
            "tf.ConfigProto",
            "tf.train.MonitoredTrainingSession",
            "tf.train.MonitoredSession",
            "tf.train.SingularMonitoredSession",
            "tf.train.Supervisor",
            "tf.train.SessionManager",
            "tf.get_default_session",
        ),
    ),
    RuleLesson(
        "variables",
        "variables by name in a graph: tf.Variable objects that a layer or module keeps",
        "legacy/head.py",
        "modern/head.py",
        (
            "tf.get_variable",
            "tf.variable_scope",
            "tf.global_variables_initializer",
            "tf.initialize_all_variables",
            "tf.local_variables_initializer",
            "tf.assign",
            "tf.assign_add",
            "tf.assign_sub",
            "tf.variables_initializer",
            "tf.truncated_normal_initializer",
            "tf.get_local_variable",
        ),
    ),
    RuleLesson(
        "collections",
        "collections and merged summaries: values that are handed on, and tf.summary of version 2",
        "legacy/summaries.py",
        "modern/summaries.py",
        (
            "tf.summary",
            "tf.get_collection",
            "tf.add_to_collection",
            "tf.GraphKeys",
            "tf.trainable_variables",
            "tf.global_variables",
            "tf.add_to_collections",
            "tf.get_collection_ref",
            "tf.losses.get_total_loss",
            "tf.losses.get_regularization_loss",
        ),
    ),
    RuleLesson(
        "surgery",
        "work on the graph itself: functions that are called, and SavedModels with signatures",
        "legacy/backbone.py",
        "modern/backbone.py",
        (
            "tf.import_graph_def",
            "tf.GraphDef",
            "tf.get_default_graph",
            "tf.Graph",
            "tf.graph_util",
            "tf.reset_default_graph",
            "tf.NodeDef",
        ),
    ),
    RuleLesson(
        "saving",
        "Saver and frozen graphs: SavedModel, .keras, tf.train.Checkpoint",
        "legacy/export.py",
        "modern/export.py",
        (
            "tf.train.Saver",
            "tf.train.import_meta_graph",
            "tf.train.export_meta_graph",
            "tf.train.write_graph",
            "tf.saved_model",
            "tf.graph_util.convert_variables_to_constants",
            "tf.train.NewCheckpointReader",
            "tf.train.latest_checkpoint",
            "tf.train.get_checkpoint_state",
        ),
    ),
    RuleLesson(
        "optimizers",
        "train ops that minimize a tensor: a GradientTape, or compile(optimizer=...)",
        "legacy/head.py",
        "modern/train.py",
        (
            "tf.train.GradientDescentOptimizer",
            "tf.train.AdamOptimizer",
            "tf.train.MomentumOptimizer",
            "tf.train.AdagradOptimizer",
            "tf.train.RMSPropOptimizer",
            "tf.train.AdadeltaOptimizer",
            "tf.train.FtrlOptimizer",
            "tf.train.exponential_decay",
            "tf.train.Optimizer",
            "tf.gradients",
            "tf.clip_by_global_norm",
            "tf.train.ExponentialMovingAverage",
            "tf.train.SyncReplicasOptimizer",
        ),
    ),
    RuleLesson(
        "dropout",
        "dropout by keep_prob and a fed switch: rate, and training=True",
        "legacy/mnist.py",
        "modern/mnist.py",
        ("tf.nn.dropout", "tf.layers.dropout", "tf.layers.batch_normalization", "tf.nn.rnn_cell.DropoutWrapper"),
    ),
    RuleLesson(
        "resize",
        "resize_bilinear and its like: bit-exact under compat.v1; tf.image.resize has half-pixel centres",
        "legacy/images.py",
        "modern/images.py",
        (
            "tf.image.resize_bilinear",
            "tf.image.resize_images",
            "tf.image.resize_bicubic",
            "tf.image.resize_area",
            "tf.image.resize_nearest_neighbor",
            "tf.image.resize",
        ),
    ),
    RuleLesson(
        "pipelines",
        "queue runners, and iterators that a Session pulls from: tf.data in a for loop",
        "legacy/bottlenecks.py",
        "modern/bottlenecks.py",
        (
            "tf.train.batch",
            "tf.train.shuffle_batch",
            "tf.train.string_input_producer",
            "tf.train.start_queue_runners",
            "tf.train.Coordinator",
            "tf.train.QueueRunner",
            "tf.FIFOQueue",
            "tf.RandomShuffleQueue",
            "tf.WholeFileReader",
            "tf.TFRecordReader",
            "tf.TextLineReader",
            "tf.train.slice_input_producer",
            "tf.train.input_producer",
            "tf.train.range_input_producer",
            "tf.train.batch_join",
            "tf.train.add_queue_runner",
            "tf.data.Iterator",
            "tf.FixedLengthRecordReader",
            "tf.decode_csv",
            "tf.parse_single_example",
            "tf.python_io",
        ),
    ),
    RuleLesson(
        "memory",
        "GPU options of a Session: tf.config",
        "migrate/tensorflow_library/session_resources.py",
        "migrate/tensorflow_library/keras_device.py",
        ("tf.GPUOptions",),
    ),
    RuleLesson(
        "keras",
        "tf.layers and Keras 2: layers of Keras 3",
        "legacy/mnist.py",
        "modern/mnist.py",
        (
            "tf.layers",
            "tf.keras",
            "tf.nn.rnn_cell",
            "tf.contrib.layers",
            "tf.contrib.slim",
            "tf.contrib.rnn",
            "tf.estimator",
        ),
    ),
    RuleLesson(
        "hub",
        "hub.Module in a graph: hub.load, and a layer for it",
        "legacy/backbone.py",
        "migrate/tensorflow_library/hub_layer.py",
        ("hub.Module", "hub.create_module_spec", "hub.load_module_spec", "hub.ModuleSpec"),
    ),
)

_BY_NAME = {name: lesson for lesson in LESSONS for name in lesson.names}


def lesson_of(dotted: str) -> Optional[RuleLesson]:
    """The lesson of the longest prefix of a name that has one."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        found = _BY_NAME.get(".".join(parts[:length]))
        if found:
            return found
    return None


def lesson_names() -> List[str]:
    """The order of lessons in `poets study`."""
    return [lesson.name for lesson in LESSONS]

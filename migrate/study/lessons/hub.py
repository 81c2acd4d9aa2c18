"""Lesson: from modules in a graph to objects that are loaded."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="hub",
    line="hub.Module became load and call; hub.KerasLayer does not fit Keras 3",
    changed="TF1's `hub.Module(handle)` added a module's ops to the graph, chose a version of it by tags (`train` or "
    "none) and put its variables into collections. TF2 loads a SavedModel as an object that is called, with "
    "`training` as an argument; `hub.KerasLayer` made a Keras 2 layer of it.",
    why="A loaded object can be held, called twice and trained without a graph. But `hub.KerasLayer` is a layer of "
    "Keras 2, which Keras 3 refuses (tensorflow/hub issue 903), so the modern twin has a `HubLayer` of its own. "
    "And pixels: Hub's convention is 0..1, retrain.py's networks take -1..1.",
    pairs=[
        CodePair("backbone:load_network", "backbone:load_hub"),
        CodePair("", "hub_layer:load_module"),
        CodePair("", "hub_layer:HubLayer._take"),
        CodePair("", "hub_layer:HubLayer.call"),
        CodePair("fine_tune:thaw", "fine_tune:thaw"),
    ],
    breaks=[
        Break(
            "`hub.Module`",
            "import tensorflow_hub as hub\nhub.Module('ported/hub')",
            "AttributeError: module 'tensorflow_hub' has no attribute 'Module'",
            "`hub.load(handle)` gives the object; a module of TF1's format has no `__call__`, but "
            "`signatures['default']`.",
        ),
        Break(
            "`hub.KerasLayer` in a Keras 3 model",
            "import tensorflow_hub as hub\ntf.keras.Sequential([hub.KerasLayer(lambda x: x)])",
            "ValueError: Only instances of `keras.Layer` can be added to a Sequential model.",
            "Take the project's `HubLayer`, or TF_USE_LEGACY_KERAS=1 with tf_keras.",
        ),
        Break(
            "a module of one's own is saved without `tf.function`",
            "import tempfile\n"
            "class Doubler(tf.Module):\n"
            "    def __call__(self, x):\n"
            "        return 2.0 * x\n"
            "folder = tempfile.mkdtemp()\n"
            "tf.saved_model.save(Doubler(), folder)\n"
            "tf.saved_model.load(folder)(1.0)",
            "TypeError: '_UserObject' object is not callable",
            "Saving is quiet and keeps only `tf.function`s that have been traced or have a signature; the loss "
            "shows when it is loaded.",
        ),
        Break(
            "the module is thought to be trained",
            "import tensorflow_hub as hub\nprint(hub.KerasLayer(lambda x: x).trainable)",
            "False",
            "The layers are frozen until it is said otherwise; so it is with HubLayer. That answers the lab's "
            "question.",
        ),
    ],
    figures=[
        QuotedFigure(
            "73.2 %",
            "of 41 test photos are right with a layer trained on `ported/hub`, as with one on the old graph itself",
            "measured on TensorFlow 2.21",
            "poets retrain modern --image_dir flowers --tfhub_module ported/hub --how_many_training_steps 500",
        ),
    ],
    see=[
        See(
            "poets port tf1/graph.pb --to hub --output ported",
            "an old network as a Hub module with weights that can be trained",
        ),
        See(
            "poets retrain modern --image_dir flowers --tfhub_module ported/hub --how_many_training_steps 500",
            "the task on a Hub module",
        ),
        See(
            "poets retrain modern --image_dir flowers --architecture mobilenet_painted --how_many_training_steps 500 "
            "--fine_tune",
            "frozen, then thawed: the accuracy before and after",
        ),
        See(
            "poets parity ported/hub ported/hub --image_dir flowers --features",
            "whether two modules give the same features",
        ),
    ],
    questions=[
        Question(
            "Which pixels does TensorFlow Hub's image convention have?",
            ["0..1", "-1..1", "0..255"],
            0,
            "The module scales further by itself.",
        ),
        Question(
            "Why does hub.KerasLayer not work in a Keras 3 model?",
            ["Hub is gone", "It needs a GPU", "It is a layer of Keras 2, and Keras 3 takes its own only"],
            2,
            "tensorflow/hub issue 903.",
        ),
        Question(
            "A feature vector is loaded with its defaults and a Dense layer put on top. What does fit train?",
            ["All", "The Dense layer alone", "Nothing"],
            1,
            "The module's layers are frozen: trainable is False.",
        ),
    ],
)

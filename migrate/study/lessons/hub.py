"""Lesson: from Hub modules in a graph to loaded objects."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="hub",
    line="hub.Module became load and call; hub.KerasLayer does not work in Keras 3",
    changed="TF1's `hub.Module(handle)` added a module's ops to the graph, selected a variant by tags (`train` or "
    "none) and put its variables into collections. TF2 loads a SavedModel as an object, which is called with "
    "`training` as an argument; `hub.KerasLayer` wraps it in a Keras 2 layer.",
    why="A loaded object can be kept, called twice and trained without a graph. But `hub.KerasLayer` is a layer of "
    "Keras 2, which Keras 3 refuses (tensorflow/hub issue 903), so the modern twin has its own `HubLayer`. The pixel "
    "range differs too: Hub modules take 0..1, retrain.py's networks take -1..1.",
    pairs=[
        CodePair("backbone:load_network", "backbone:load_hub"),
        CodePair("", "hub_layer:load_module"),
        CodePair("", "hub_layer:HubLayer._take"),
        CodePair("", "hub_layer:HubLayer.call"),
        CodePair("fine_tune:thaw", "fine_tune:thaw"),
    ],
    breaks=[
        Break(
            "calling `hub.Module`",
            "import tensorflow_hub as hub\nhub.Module('ported/hub')",
            "AttributeError: module 'tensorflow_hub' has no attribute 'Module'",
            "Use `hub.load(handle)`. A module in TF1 format cannot be called; use its `signatures['default']`.",
        ),
        Break(
            "using `hub.KerasLayer` in a Keras 3 model",
            "import tensorflow_hub as hub\ntf.keras.Sequential([hub.KerasLayer(lambda x: x)])",
            "ValueError: Only instances of `keras.Layer` can be added to a Sequential model.",
            "Use the project's `HubLayer`, or TF_USE_LEGACY_KERAS=1 with tf_keras.",
        ),
        Break(
            "saving your own module without `tf.function`",
            "import tempfile\n"
            "class Doubler(tf.Module):\n"
            "    def __call__(self, x):\n"
            "        return 2.0 * x\n"
            "folder = tempfile.mkdtemp()\n"
            "tf.saved_model.save(Doubler(), folder)\n"
            "tf.saved_model.load(folder)(1.0)",
            "TypeError: '_UserObject' object is not callable",
            "Saving stores only `tf.function`s that have been traced or have a signature. It does not warn; the loss "
            "shows only after loading.",
        ),
        Break(
            "expecting the module to be trained",
            "import tensorflow_hub as hub\nprint(hub.KerasLayer(lambda x: x).trainable)",
            "False",
            "The layers are frozen by default, in HubLayer too. To train them, set `trainable = True`. This answers "
            "the lab's question.",
        ),
    ],
    figures=[
        QuotedFigure(
            "73.2 %",
            "of 41 test photos are right with a layer trained on `ported/hub`; on the old graph it is the same",
            "measured on TensorFlow 2.21",
            "poets retrain modern --image_dir flowers --tfhub_module ported/hub --how_many_training_steps 500",
        ),
    ],
    see=[
        See(
            "poets port tf1/graph.pb --to hub --output ported",
            "an old network as a Hub module with trainable weights",
        ),
        See(
            "poets retrain modern --image_dir flowers --tfhub_module ported/hub --how_many_training_steps 500",
            "the retraining task on a Hub module",
        ),
        See(
            "poets retrain modern --image_dir flowers --architecture mobilenet_painted --how_many_training_steps 500 "
            "--fine_tune",
            "the accuracy before and after fine-tuning",
        ),
        See(
            "poets parity ported/hub ported/hub --image_dir flowers --features",
            "whether two modules give the same features",
        ),
    ],
    questions=[
        Question(
            "Which pixel range does TensorFlow Hub's image convention use?",
            ["0..1", "-1..1", "0..255"],
            0,
            "The module converts it to its own range.",
        ),
        Question(
            "Why does hub.KerasLayer not work in a Keras 3 model?",
            ["Hub is gone", "It needs a GPU", "It is a Keras 2 layer, and Keras 3 accepts only its own"],
            2,
            "tensorflow/hub issue 903.",
        ),
        Question(
            "A feature vector is loaded with its defaults, and a Dense layer is added on top. What does fit train?",
            ["All layers", "Only the Dense layer", "Nothing"],
            1,
            "The module's layers are frozen: trainable is False.",
        ),
    ],
)

"""Lesson: what Keras 3 does otherwise than Keras 2."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="keras",
    line="Keras 2 and Keras 3: the same name, another program, from TensorFlow 2.16 on",
    changed="`tf.keras` is Keras 2 up to TensorFlow 2.15 and Keras 3 from 2.16 on. Keras 3 runs on TensorFlow, JAX "
    "or PyTorch, has its own variables and symbolic tensors, and has dropped what was long deprecated.",
    why="A program that pins nothing changes its Keras with TensorFlow's version. Most differences are loud; the "
    "quiet ones are XLA, which Keras 3 uses where it can and which sums in another order, and attributes that it "
    "no longer tracks. `TF_USE_LEGACY_KERAS=1` with the package tf_keras brings Keras 2 back.",
    pairs=[
        CodePair("version1:", "version2:"),
        CodePair("head:add_head", "head:compile_head"),
        CodePair("", "hub_layer:HubLayer._adopt"),
        CodePair("export:export", "export:export"),
    ],
    breaks=[
        Break(
            "TF1's `tf.layers`",
            "tf.compat.v1.layers.dense(tf.zeros([1, 2]), 3)",
            "AttributeError: `dense` is not available with Keras 3.",
            "Gone with Keras 3, under `compat.v1` too. `keras.layers.Dense`, or tf_keras.",
        ),
        Break(
            "`fit_generator`",
            "model = tf.keras.Sequential([tf.keras.Input([2]), tf.keras.layers.Dense(1)])\nmodel.fit_generator",
            "AttributeError: 'Sequential' object has no attribute 'fit_generator'",
            "`fit` takes generators and datasets.",
        ),
        Break(
            "`lr` for the learning rate",
            "tf.keras.optimizers.SGD(lr=0.1)",
            "ValueError: Argument(s) not recognized: {'lr': 0.1}",
            "`learning_rate`.",
        ),
        Break(
            "a TensorFlow function on a symbolic tensor",
            "tf.nn.relu(tf.keras.Input([2]))",
            "ValueError: A KerasTensor cannot be used as input to a TensorFlow function.",
            "Keras 2 wrapped it in a layer by itself. Use `keras.ops.relu`, or a layer.",
        ),
        Break(
            "a `tf.Variable` as a layer's attribute",
            "class Scale(tf.keras.layers.Layer):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.factor = tf.Variable(2.0)\n"
            "print(len(Scale().trainable_weights))",
            "0",
            "Keras 2 gave 1. Without an error it is neither trained nor saved: `self.add_weight(...)`, or wrap it "
            "as the modern twin's HubLayer does.",
        ),
        Break(
            "Keras 2's order of `add_weight`",
            "class Scale(tf.keras.layers.Layer):\n"
            "    def build(self, shape):\n"
            "        self.factor = self.add_weight('factor', shape=[1])\n"
            "Scale().build([1])",
            "ValueError: `name` must be passed as a keyword argument.",
            "Keras 3's first argument is the shape; Keras 2's was the name. Give names to both.",
        ),
    ],
    figures=[
        QuotedFigure(
            "8.1e-5",
            "are the bottlenecks of 600 photos apart at most, TF 2.6.2 through `compat.v1` and its Keras 2; the "
            "weights trained on the same ones are equal",
            "docs/results.md",
            "poets parity --legacy-python /opt/tf26/bin/python --modern-python /opt/tf26/bin/python --image_dir "
            "flower_photos --architecture mobilenet_0.25_128",
        ),
    ],
    see=[
        See("poets --version -v", "which Keras each interpreter has"),
        See("poets doctor", "whether TensorFlow, Keras and tensorflow-hub fit together"),
        See(
            "poets parity --modern-python /opt/tf26/bin/python --architecture mobilenet_painted",
            "the modern twin under Keras 2, against the legacy one",
        ),
    ],
    questions=[
        Question(
            "Which Keras is tf.keras in TensorFlow 2.15, and which in 2.16?",
            ["Keras 3 in both", "Keras 2 in both", "Keras 2, then Keras 3"],
            2,
            "So a program's Keras changes with TensorFlow's version.",
        ),
        Question(
            "self.factor = tf.Variable(2.0) in a Keras 3 layer: what becomes of it?",
            ["It is trained", "It is neither trained nor saved, without a word", "An exception"],
            1,
            "Keras 3 tracks its own variables; add_weight makes one.",
        ),
        Question(
            "Why does the modern twin compile with jit_compile=False?",
            ["XLA is slower to start and sums in another order", "XLA is not installed", "It saves memory"],
            0,
            "So that its numbers can be held against TF1's step by step.",
        ),
    ],
)

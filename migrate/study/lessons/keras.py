"""Lesson: the differences between Keras 2 and Keras 3."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="keras",
    line="from TensorFlow 2.16 on, tf.keras is Keras 3: the same name, another library",
    changed="`tf.keras` is Keras 2 up to TensorFlow 2.15 and Keras 3 from 2.16 on. Keras 3 runs on TensorFlow, JAX "
    "or PyTorch, has its own variables and symbolic tensors, and no longer has what was deprecated for long.",
    why="Without pinned versions, a program's Keras changes with TensorFlow. Most differences raise an error. Two are "
    "silent: Keras 3 uses XLA where it can, which sums in another order, and it no longer tracks all attributes. "
    "`TF_USE_LEGACY_KERAS=1` with the package tf_keras brings Keras 2 back.",
    pairs=[
        CodePair("version1:", "version2:"),
        CodePair("head:add_head", "train:train"),
        CodePair("", "hub_layer:HubLayer._adopt"),
        CodePair("export:export", "export:export"),
    ],
    breaks=[
        Break(
            "calling TF1's `tf.layers`",
            "tf.compat.v1.layers.dense(tf.zeros([1, 2]), 3)",
            "AttributeError: `dense` is not available with Keras 3.",
            "Keras 3 removed it, from `compat.v1` too. Use `keras.layers.Dense`, or tf_keras.",
        ),
        Break(
            "calling `fit_generator`",
            "model = tf.keras.Sequential([tf.keras.Input([2]), tf.keras.layers.Dense(1)])\nmodel.fit_generator",
            "AttributeError: 'Sequential' object has no attribute 'fit_generator'",
            "Use `fit`; it takes generators and datasets.",
        ),
        Break(
            "naming the learning rate `lr`",
            "tf.keras.optimizers.SGD(lr=0.1)",
            "ValueError: Argument(s) not recognized: {'lr': 0.1}",
            "Use `learning_rate`.",
        ),
        Break(
            "calling a TensorFlow function on a symbolic tensor",
            "tf.nn.relu(tf.keras.Input([2]))",
            "ValueError: A KerasTensor cannot be used as input to a TensorFlow function.",
            "Keras 2 wrapped the function in a layer automatically. Use `keras.ops.relu`, or a layer.",
        ),
        Break(
            "storing a `tf.Variable` as a layer's attribute",
            "class Scale(tf.keras.layers.Layer):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.factor = tf.Variable(2.0)\n"
            "print(len(Scale().trainable_weights))",
            "0",
            "Keras 2 printed 1. Keras 3 neither trains nor saves the variable, without an error. Use "
            "`self.add_weight(...)`, or wrap it as the modern twin's HubLayer does.",
        ),
        Break(
            "using Keras 2's argument order for `add_weight`",
            "class Scale(tf.keras.layers.Layer):\n"
            "    def build(self, shape):\n"
            "        self.factor = self.add_weight('factor', shape=[1])\n"
            "Scale().build([1])",
            "ValueError: `name` must be passed as a keyword argument.",
            "The first argument is the shape in Keras 3 and the name in Keras 2. Pass both by keyword.",
        ),
    ],
    figures=[
        QuotedFigure(
            "8.1e-5",
            "is the largest difference between the bottlenecks of 600 photos from TF 2.6.2 through `compat.v1` and "
            "from its Keras 2; weights trained on the same bottlenecks are equal",
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
            "the modern twin on Keras 2, compared with the legacy twin",
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
            "What happens to self.factor = tf.Variable(2.0) in a Keras 3 layer?",
            ["It is trained", "It is neither trained nor saved, without a message", "An exception"],
            1,
            "Keras 3 tracks only its own variables; add_weight creates one.",
        ),
        Question(
            "Why does the modern twin compile with jit_compile=False?",
            ["XLA is slower to start and sums in another order", "XLA is not installed", "It saves memory"],
            0,
            "Without XLA its numbers can be compared with TF1's step by step.",
        ),
    ],
)

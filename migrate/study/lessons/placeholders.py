"""Lesson: from placeholders, fed when a graph runs, to function arguments."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="placeholders",
    line="placeholders that a feed_dict fills became arguments",
    changed="A TF1 graph is built first and run later, so each input needs a slot with a type and a shape: a "
    "`placeholder`, which the `feed_dict` of each run fills. A TF2 op takes its arrays directly, and a `tf.function` "
    "has arguments; its `input_signature` replaces the placeholder's type and shape.",
    why="A forgotten placeholder is noticed only when the graph runs; a missing argument is noticed at the call. "
    "TF2 lost one ability: in TF1 you can feed any tensor, not only placeholders. The legacy twin uses this to train "
    "on cached bottlenecks and to run a single stage; the modern twin needs a function for each entry point.",
    pairs=[
        CodePair("head:add_head", "head:build_head"),
        CodePair("evaluate:add_evaluation", "evaluate:evaluate"),
        CodePair("mnist:build_network", "mnist:build_network"),
    ],
    breaks=[
        Break(
            "keeping the placeholder",
            "tf.placeholder(tf.float32, [None])",
            "AttributeError: module 'tensorflow' has no attribute 'placeholder'",
            "TF2 has no such name. `tf_upgrade_v2` prefixes it with `tf.compat.v1.`, which leads to the next error.",
        ),
        Break(
            "keeping the placeholder under its new name",
            "tf.compat.v1.placeholder(tf.float32, [None])",
            "RuntimeError: tf.placeholder() is not compatible with eager execution.",
            "A placeholder needs a graph: build it inside `with tf.Graph().as_default():`, or call "
            "`tf.compat.v1.disable_v2_behavior()` first. Better, make it an argument.",
        ),
        Break(
            "forgetting to feed a placeholder",
            "with tf.Graph().as_default(), tf.compat.v1.Session() as session:\n"
            "    x = tf.compat.v1.placeholder(tf.float32, [2], name='x')\n"
            "    session.run(x + 1.0)",
            "InvalidArgumentError: ...You must feed a value for placeholder tensor 'x'",
            "The error comes only when the graph runs. A `placeholder_with_default` hides the mistake: the network "
            "runs on the default without a message.",
        ),
        Break(
            "passing Python numbers to a `tf.function`",
            "@tf.function\n"
            "def doubled(x):\n"
            "    print('traced')\n"
            "    return 2 * x\n"
            "for rate in (0.1, 0.2, 0.3):\n"
            "    doubled(rate)",
            "traced\ntraced\ntraced",
            "Each new number creates a new graph: this is slow and needs more and more memory. Pass "
            "`tf.constant(rate)`, or give an `input_signature`.",
        ),
        Break(
            "passing an array of a shape that the signature does not allow",
            "@tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])\n"
            "def summed(x):\n"
            "    return tf.reduce_sum(x)\n"
            "summed(tf.zeros([2, 4]))",
            "TypeError: Binding inputs to tf.function failed",
            "TF1 checked the placeholder's shape; TF2 checks the signature at the call.",
        ),
    ],
    figures=[
        QuotedFigure(
            "13.5 ms",
            "per call of a `tf.function` that is traced anew for each Python number, against 0.22 ms with a tensor",
            "measured on TensorFlow 2.21",
            'python -m timeit -n 200 -s "import tensorflow as tf; f = tf.function(lambda x: 2 * x); n = '
            'iter(range(1000000))" "f(float(next(n)))"',
        ),
    ],
    see=[
        See(
            "poets inspect tf1/graph.pb",
            "the placeholders of an old graph: type, shape and purpose",
        ),
        See(
            "poets port tf1/graph.pb --output ported",
            "the placeholder as an argument of a signature, and the proof that the answers are equal",
        ),
    ],
    questions=[
        Question(
            "What replaces a placeholder's dtype and shape?",
            ["A tf.function's input_signature", "A Keras callback", "The feed_dict"],
            0,
            "Without a signature a tf.function makes a new graph for each type and shape of its arguments.",
        ),
        Question(
            "Legacy's BottleneckInputPlaceholder is a placeholder_with_default. What is the default?",
            ["The cached bottlenecks", "Zeros", "The pretrained network's output"],
            2,
            "Training feeds cached bottlenecks; the finished graph gets a picture and computes the bottleneck from it.",
        ),
        Question(
            "A tf.function is called with 0.1, 0.2, 0.3 as plain Python numbers. How often is it traced?",
            ["Once", "Three times", "Never"],
            1,
            "Each new Python value is traced anew; a new tensor value is not.",
        ),
    ],
)

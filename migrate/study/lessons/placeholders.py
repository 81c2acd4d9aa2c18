"""Lesson: slots that are filled when a graph is run became arguments of functions."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="placeholders",
    line="slots that a feed_dict fills became arguments",
    changed="A TF1 graph is built first and run later, so whatever comes from outside needs a slot with a type and a "
    "shape: a `placeholder`, filled by the `feed_dict` of every run. A TF2 op takes its arrays at once, and "
    "a `tf.function` has arguments; its `input_signature` is what the placeholder's type and shape were.",
    why="A slot is found by its name or by a variable that somebody kept, and whether it was filled shows only when "
    "the graph runs. A missing argument shows where the call stands. What was lost: in TF1 any tensor could be "
    "fed, not only placeholders. The legacy twin uses that to train on cached bottlenecks and to run one stage "
    "alone; the modern twin needs a function for every entry.",
    pairs=[
        CodePair("head:add_head", "head:build_head"),
        CodePair("evaluate:add_evaluation", "evaluate:evaluate"),
        CodePair("mnist:build_network", "mnist:build_network"),
    ],
    breaks=[
        Break(
            "the placeholder is kept",
            "tf.placeholder(tf.float32, [None])",
            "AttributeError: module 'tensorflow' has no attribute 'placeholder'",
            "TF2 has no such name; `tf_upgrade_v2` puts `tf.compat.v1.` before it, which leads to the next error.",
        ),
        Break(
            "the placeholder is kept under its new name",
            "tf.compat.v1.placeholder(tf.float32, [None])",
            "RuntimeError: tf.placeholder() is not compatible with eager execution.",
            "It needs a graph: `with tf.Graph().as_default():` around the building, or "
            "`tf.compat.v1.disable_v2_behavior()` first of all. Or make it an argument.",
        ),
        Break(
            "one of the slots is not filled",
            "with tf.Graph().as_default(), tf.compat.v1.Session() as session:\n"
            "    x = tf.compat.v1.placeholder(tf.float32, [2], name='x')\n"
            "    session.run(x + 1.0)",
            "InvalidArgumentError: ...You must feed a value for placeholder tensor 'x'",
            "Seen only when it runs. `placeholder_with_default` need not be fed, which hides a forgotten feed: the "
            "network then runs on its default without a word.",
        ),
        Break(
            "Python numbers are passed to a `tf.function`",
            "@tf.function\n"
            "def doubled(x):\n"
            "    print('traced')\n"
            "    return 2 * x\n"
            "for rate in (0.1, 0.2, 0.3):\n"
            "    doubled(rate)",
            "traced\ntraced\ntraced",
            "Every new number is a new graph: slow, and memory grows. Pass `tf.constant(rate)`, or give an "
            "`input_signature`.",
        ),
        Break(
            "an array of another shape is passed where a signature says one",
            "@tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])\n"
            "def summed(x):\n"
            "    return tf.reduce_sum(x)\n"
            "summed(tf.zeros([2, 4]))",
            "TypeError: Binding inputs to tf.function failed",
            "As the placeholder's shape did in TF1, but at the call.",
        ),
    ],
    figures=[
        QuotedFigure(
            "13.5 ms",
            "a call of a `tf.function` that is traced anew for every Python number, against 0.22 ms with a tensor",
            "measured on TensorFlow 2.21",
            'python -m timeit -n 200 -s "import tensorflow as tf; f = tf.function(lambda x: 2 * x); n = '
            'iter(range(1000000))" "f(float(next(n)))"',
        ),
    ],
    see=[
        See(
            "poets inspect tf1/graph.pb",
            "the placeholders that an old graph has, with type, shape and what they are for",
        ),
        See(
            "poets port tf1/graph.pb --output ported",
            "the placeholder as the argument of a signature, proven to answer alike",
        ),
    ],
    questions=[
        Question(
            "What takes the place of a placeholder's dtype and shape?",
            ["A tf.function's input_signature", "A Keras callback", "The feed_dict"],
            0,
            "Without a signature a tf.function makes a graph for every type and shape that it is called with.",
        ),
        Question(
            "Legacy's BottleneckInputPlaceholder is a placeholder_with_default. What is the default?",
            ["The cached bottlenecks", "Zeros", "The pretrained network's output"],
            2,
            "Training feeds cached bottlenecks; the finished graph is fed a picture, and the bottleneck follows "
            "from it.",
        ),
        Question(
            "A tf.function is called with 0.1, 0.2, 0.3 as plain Python numbers. How often is it traced?",
            ["Once", "Three times", "Never"],
            1,
            "Python values are part of what is traced; tensors are not.",
        ),
    ],
)

"""Lesson: keep_prob, rate and the training flag."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="dropout",
    line="keep_prob became rate, and the training flag became an argument",
    changed="TF1's `tf.nn.dropout(x, keep_prob)` takes the share to keep, and a placeholder that the program has to "
    "feed says whether it is training. TF2 takes the share to drop, and `keras.layers.Dropout` drops only with "
    "`training=True`, which `fit` passes.",
    why="0.8 means opposite things in the two versions, and the usual 0.5 hides the difference. And a frozen graph may "
    "still contain dropout: then its answers are random, or it demands a `keep_prob` that its user does not know.",
    pairs=[
        CodePair("mnist:build_network", "mnist:build_network"),
        CodePair("mnist:answer", "mnist:answer"),
        CodePair("mnist:train", "mnist:export"),
    ],
    breaks=[
        Break(
            "keeping the number",
            "kept = tf.nn.dropout(tf.ones([100000]), 0.8) > 0\n"
            "print(round(float(tf.reduce_mean(tf.cast(kept, tf.float32))), 1))",
            "0.2",
            "The intention was to keep 80 %. Use `rate = 1 - keep_prob`.",
        ),
        Break(
            "keeping the keyword",
            "tf.nn.dropout(tf.ones([4]), keep_prob=0.8)",
            "TypeError: Got an unexpected keyword argument 'keep_prob'",
            "The case that raises an error. Use `rate=0.2`.",
        ),
        Break(
            "calling the model without `training=True` in a custom training loop",
            "layer = tf.keras.layers.Dropout(0.5)\nprint(float(tf.reduce_sum(layer(tf.ones([1000])))))",
            "1000.0",
            "Nothing was dropped: outside `fit`, `training` is False by default. The network overfits without a "
            "message.",
        ),
        Break(
            "leaving `training=True` on for the test",
            "tf.random.set_seed(1)\n"
            "layer = tf.keras.layers.Dropout(0.5)\n"
            "first, second = (layer(tf.ones([100]), training=True) for _ in range(2))\n"
            "print(bool(tf.reduce_all(first == second)))",
            "False",
            "The same photo gets a different answer each time. A frozen graph that contains dropout behaves like "
            "this; `poets port` removes it.",
        ),
        Break(
            "expecting the same seed to give TF1's mask",
            "with tf.Graph().as_default(), tf.compat.v1.Session() as session:\n"
            "    tf.compat.v1.set_random_seed(1)\n"
            "    old = session.run(tf.compat.v1.nn.dropout(tf.ones([100]), rate=0.5))\n"
            "tf.random.set_seed(1)\n"
            "print(bool(np.all(old == tf.nn.dropout(tf.ones([100]), 0.5).numpy())))",
            "False",
            "Therefore the schedule of the beginner lab draws the masks and gives them to both twins.",
        ),
    ],
    figures=[
        QuotedFigure(
            "94.6 %",
            "of 1000 test digits are right after 5 epochs with a rate of 0.8 instead of 0.2, against 96.9 %: too "
            "small a loss to raise an alarm",
            "measured on TensorFlow 2.21",
            "poets mnist legacy --dropout 0.8",
        ),
    ],
    see=[
        See("poets mnist legacy --epochs 1 --dropout 0.2", "a network with dropout, in a Session"),
        See("poets parity --task mnist --epochs 1", "both twins with the same masks"),
        See(
            "poets port tf1/graph.pb --output ported -v",
            "whether a graph still contains dropout, and how `port` removes it",
        ),
    ],
    questions=[
        Question(
            "How much does tf.nn.dropout(x, 0.8) keep in TF2?",
            ["80 %", "20 %", "All, outside training"],
            1,
            "The second argument is the rate that is dropped; tf.nn.dropout always drops.",
        ),
        Question(
            "What tells keras.layers.Dropout that it is training?",
            ["The argument training, which fit passes", "It finds out by itself", "The optimizer"],
            0,
            "In a custom loop, call model(x, training=True).",
        ),
        Question(
            "By what do both versions multiply the kept values?",
            ["rate", "1", "1 / (1 - rate)"],
            2,
            "This keeps their average sum the same, so nothing has to be scaled outside training.",
        ),
    ],
)

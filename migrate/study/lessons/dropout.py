"""Lesson: keep_prob, rate and who says that it is training."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="dropout",
    line="keep_prob became rate, and the training flag an argument",
    changed="TF1's `tf.nn.dropout(x, keep_prob)` was told how much to keep, and training or not was a placeholder "
    "that somebody had to feed. TF2 is told how much to drop, and `keras.layers.Dropout` does nothing unless "
    "`training=True` reaches it, which `fit` sees to.",
    why="A probability of 0.8 means the opposite in both, and 0.5 hides it. And a frozen graph may have its dropout "
    "still in it: then its answers are random, or it asks for a `keep_prob` that its user has never heard of.",
    pairs=[
        CodePair("mnist:build_network", "mnist:build_network"),
        CodePair("mnist:answer", "mnist:answer"),
        CodePair("mnist:train", "mnist:export"),
    ],
    breaks=[
        Break(
            "the number is carried over",
            "kept = tf.nn.dropout(tf.ones([100000]), 0.8) > 0\n"
            "print(round(float(tf.reduce_mean(tf.cast(kept, tf.float32))), 1))",
            "0.2",
            "It was meant to keep 80 %. `rate = 1 - keep_prob`.",
        ),
        Break(
            "the keyword is carried over",
            "tf.nn.dropout(tf.ones([4]), keep_prob=0.8)",
            "TypeError: Got an unexpected keyword argument 'keep_prob'",
            "The loud case; `rate=0.2`.",
        ),
        Break(
            "a training loop of one's own calls the model plainly",
            "layer = tf.keras.layers.Dropout(0.5)\nprint(float(tf.reduce_sum(layer(tf.ones([1000])))))",
            "1000.0",
            "Nothing was dropped: outside `fit`, `training` is False unless given. The network overfits, and "
            "nothing says why.",
        ),
        Break(
            "`training=True` is left on for the test",
            "tf.random.set_seed(1)\n"
            "layer = tf.keras.layers.Dropout(0.5)\n"
            "first, second = (layer(tf.ones([100]), training=True) for _ in range(2))\n"
            "print(bool(tf.reduce_all(first == second)))",
            "False",
            "The same photo gets other answers every time; a frozen graph with dropout in it behaves like that. "
            "`poets port` takes it out.",
        ),
        Break(
            "the same seed is thought to give TF1's mask",
            "with tf.Graph().as_default(), tf.compat.v1.Session() as session:\n"
            "    tf.compat.v1.set_random_seed(1)\n"
            "    old = session.run(tf.compat.v1.nn.dropout(tf.ones([100]), rate=0.5))\n"
            "tf.random.set_seed(1)\n"
            "print(bool(np.all(old == tf.nn.dropout(tf.ones([100]), 0.5).numpy())))",
            "False",
            "So the schedule of the beginner lab draws the masks beforehand and gives them to both twins.",
        ),
    ],
    figures=[
        QuotedFigure(
            "94.6 %",
            "of 1000 test digits are right after 5 epochs with 0.8 where 0.2 was meant, against 96.9 %: low "
            "enough to wonder, too high for an alarm",
            "measured on TensorFlow 2.21",
            "poets mnist legacy --dropout 0.8",
        ),
    ],
    see=[
        See("poets mnist legacy --epochs 1 --dropout 0.2", "a network with dropout, in a Session"),
        See("poets parity --task mnist --epochs 1", "both twins under the same masks"),
        See(
            "poets port tf1/graph.pb --output ported -v",
            "whether a graph has dropout left in it, and what became of it",
        ),
    ],
    questions=[
        Question(
            "tf.nn.dropout(x, 0.8) in TF2: how much is kept?",
            ["80 %", "20 %", "All, outside of training"],
            1,
            "The second argument is the rate that is dropped; tf.nn.dropout always drops.",
        ),
        Question(
            "Who tells keras.layers.Dropout that it is training?",
            ["The argument training, which fit passes on", "It finds out by itself", "The optimizer"],
            0,
            "In a loop of one's own: model(x, training=True).",
        ),
        Question(
            "What are kept values multiplied by, in both versions?",
            ["rate", "1", "1 / (1 - rate)"],
            2,
            "So that their sum stays the same on average and nothing has to be done at rest.",
        ),
    ],
)

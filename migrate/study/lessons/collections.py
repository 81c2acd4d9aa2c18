"""Lesson: the collections of a TF1 graph, and what replaces them."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, See

LESSON = Lesson(
    name="collections",
    line="the graph's collections are gone, and merge_all of summaries with them",
    changed="A TF1 graph has collections, lists under well-known names: trainable variables, losses, update ops, "
    "summaries. Code that adds an op may register it there, and `merge_all`, `minimize` or the Saver find it. TF2 has "
    "no such lists: a model knows its variables and losses, and a summary is written where `tf.summary` is called.",
    why="Collections fail silently: an op that is registered in another graph, or not at all, is simply not found. "
    "TF2 passes objects instead. The tags change too: TF1 took a summary's tag from the op's unique name; TF2 joins "
    "name scope and tag, and does not make the result unique.",
    pairs=[
        CodePair("summaries:variable_summaries", "summaries:curves"),
        CodePair("retrain:train_and_watch", "retrain:train_and_watch"),
        CodePair("evaluate:add_evaluation", "evaluate:evaluate"),
    ],
    breaks=[
        Break(
            "calling TF1's `merge_all` with TF2 summaries",
            "with tf.Graph().as_default():\n"
            "    tf.summary.scalar('loss', 1.0, step=0)\n"
            "    print(tf.compat.v1.summary.merge_all())",
            "None",
            "TF2 summaries are in no collection. The error, `Fetch argument None has invalid type`, comes later, at "
            "`session.run`. In a graph, use `tf.compat.v1.summary.scalar`.",
        ),
        Break(
            "writing a summary without a writer",
            "print(bool(tf.summary.scalar('loss', 1.0, step=0)))",
            "False",
            "Nothing is written, and there is no message. Put the call inside `with writer.as_default():`.",
        ),
        Break(
            "writing a summary without a step",
            "import tempfile\n"
            "with tf.summary.create_file_writer(tempfile.mkdtemp()).as_default():\n"
            "    tf.summary.scalar('loss', 1.0)",
            "ValueError: No step set.",
            "TF1 took the step in `add_summary(summary, step)`. In TF2, pass it to `tf.summary.scalar`, or to "
            "`writer.as_default(step)`.",
        ),
        Break(
            "using one tag twice in a TF1 graph",
            "with tf.Graph().as_default():\n"
            "    for _ in range(2):\n"
            "        print(tf.compat.v1.summary.scalar('loss', 1.0).name)",
            "loss:0\nloss_1:0",
            "The second curve is named `loss_1`. In TF2 both values go to the same curve.",
        ),
        Break(
            "forgetting to run batch normalisation's update ops",
            "with tf.Graph().as_default(), tf.compat.v1.Session() as session:\n"
            "    key = tf.compat.v1.GraphKeys.UPDATE_OPS\n"
            "    mean = tf.compat.v1.Variable(0.0, use_resource=False)\n"
            "    tf.compat.v1.add_to_collection(key, mean.assign(5.0))\n"
            "    session.run(tf.compat.v1.global_variables_initializer())\n"
            "    session.run(mean + 1.0)\n"
            "    print(session.run(mean))",
            "0.0",
            "TF1 updates moving means only if the program runs the ops of this collection, usually by "
            "`tf.control_dependencies`. Without them, training looks good and the test accuracy is bad. In Keras, "
            "`fit` updates them.",
        ),
        Break(
            "calling a Keras layer without `training=True` in a custom training loop",
            "layer = tf.keras.layers.BatchNormalization()\n"
            "layer(tf.fill([4, 1], 5.0))\n"
            "print(float(layer.moving_mean[0]))",
            "0.0",
            "The same mistake in TF2: the layer updates its means only with `training=True`.",
        ),
    ],
    figures=[],
    see=[
        See(
            "poets retrain legacy --image_dir flowers --architecture mobilenet_painted --how_many_training_steps 100 "
            "--summaries_dir tf1/curves",
            "TF1 summaries with retrain.py's tags",
        ),
        See(
            "poets retrain modern --image_dir flowers --architecture mobilenet_painted --how_many_training_steps 100 "
            "--summaries_dir tf2/curves",
            "TF2 summaries with the same tags",
        ),
    ],
    questions=[
        Question(
            "tf.compat.v1.summary.merge_all() finds no summaries. What does it do?",
            ["It returns an empty string", "It raises an error", "It returns None"],
            2,
            "The error comes later, when the program fetches None.",
        ),
        Question(
            "tf.summary.scalar is called without a default writer. What happens?",
            ["It writes to ./logs", "It writes nothing and returns False", "It warns"],
            1,
            "So code runs without a writer too, and curves can be lost without a message.",
        ),
        Question(
            "What are TF1's UPDATE_OPS for?",
            ["Moving means of batch normalisation", "Weight decay", "Learning rate schedules"],
            0,
            "Other layers may add their own, but the moving means are what people forget.",
        ),
    ],
)

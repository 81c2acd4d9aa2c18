"""Lesson: what TF1 kept in lists behind the graph."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, See

LESSON = Lesson(
    name="collections",
    line="the lists behind the graph are gone, and merge_all of summaries with them",
    changed="A TF1 graph carries lists under well-known names: trainable variables, losses, update ops, summaries. "
    "Whoever adds an op may register it, and `merge_all`, `minimize` or the Saver find it there. TF2 has no "
    "such lists: a model knows its variables and losses, and a summary is written by the line that says so.",
    why="What is found by a list behind one's back is lost as silently: an op registered in another graph, or not at "
    "all, is left out. TF2 passes objects instead. The tags change too: TF1 made a tag from the name scope, and "
    "made it unique; TF2 writes what is typed, after the scopes it stands in.",
    pairs=[
        CodePair("summaries:variable_summaries", "summaries:curves"),
        CodePair("summaries:open_writer", "summaries:open_writer"),
        CodePair("evaluate:add_evaluation", "evaluate:evaluate"),
    ],
    breaks=[
        Break(
            "`merge_all` with summaries of TF2",
            "with tf.Graph().as_default():\n"
            "    tf.summary.scalar('loss', 1.0, step=0)\n"
            "    print(tf.compat.v1.summary.merge_all())",
            "None",
            "TF2's summaries are in no collection. What follows is `Fetch argument None has invalid type`, far "
            "from here. Use `tf.compat.v1.summary.scalar` in a graph.",
        ),
        Break(
            "a summary without a writer",
            "print(bool(tf.summary.scalar('loss', 1.0, step=0)))",
            "False",
            "Nothing is written, and nothing is said. It must stand in `with writer.as_default():`.",
        ),
        Break(
            "a summary without a step",
            "import tempfile\n"
            "with tf.summary.create_file_writer(tempfile.mkdtemp()).as_default():\n"
            "    tf.summary.scalar('loss', 1.0)",
            "ValueError: No step set.",
            "TF1's `add_summary(summary, step)` took the step when it was written; TF2's writer wants it with the "
            "value, or as `writer.as_default(step)`.",
        ),
        Break(
            "one tag twice in a TF1 graph",
            "with tf.Graph().as_default():\n"
            "    for _ in range(2):\n"
            "        print(tf.compat.v1.summary.scalar('loss', 1.0).name)",
            "loss:0\nloss_1:0",
            "The second curve is called `loss_1`. In TF2 both are written to one curve.",
        ),
        Break(
            "batch normalisation's update ops are not run",
            "with tf.Graph().as_default(), tf.compat.v1.Session() as session:\n"
            "    key = tf.compat.v1.GraphKeys.UPDATE_OPS\n"
            "    mean = tf.compat.v1.Variable(0.0, use_resource=False)\n"
            "    tf.compat.v1.add_to_collection(key, mean.assign(5.0))\n"
            "    session.run(tf.compat.v1.global_variables_initializer())\n"
            "    session.run(mean + 1.0)\n"
            "    print(session.run(mean))",
            "0.0",
            "TF1 updates moving means only if somebody runs what the collection holds, usually by "
            "`tf.control_dependencies`. Forgotten, training looks well and the test is bad. A Keras layer updates "
            "its own in `fit`.",
        ),
        Break(
            "the Keras layer is called plainly, in a loop of one's own",
            "layer = tf.keras.layers.BatchNormalization()\n"
            "layer(tf.fill([4, 1], 5.0))\n"
            "print(float(layer.moving_mean[0]))",
            "0.0",
            "The same gap in TF2: only under `training=True` does it learn its means.",
        ),
    ],
    figures=[],
    see=[
        See(
            "poets retrain legacy --image_dir flowers --architecture mobilenet_painted --how_many_training_steps 100 "
            "--summaries_dir tf1/curves",
            "TF1's summaries, under retrain.py's tags",
        ),
        See(
            "poets retrain modern --image_dir flowers --architecture mobilenet_painted --how_many_training_steps 100 "
            "--summaries_dir tf2/curves",
            "the same tags, written by TF2",
        ),
    ],
    questions=[
        Question(
            "tf.compat.v1.summary.merge_all() finds no summaries. What does it do?",
            ["It gives an empty string", "It raises", "It gives None"],
            2,
            "The error comes later, when None is fetched.",
        ),
        Question(
            "tf.summary.scalar is called while no writer is the default. What happens?",
            ["It writes to ./logs", "Nothing at all, and it gives False", "A warning"],
            1,
            "So code without a writer can run, and curves can be lost without a word.",
        ),
        Question(
            "What are TF1's UPDATE_OPS for?",
            ["Moving means of batch normalisation", "Weight decay", "Learning rate schedules"],
            0,
            "Other layers may add theirs, but these are what is missed.",
        ),
    ],
)

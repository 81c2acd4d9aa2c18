"""Lesson: from buffers in a graph, filled by a Session, to objects that hold their numbers."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="variables",
    line="nodes with a value in the Session became objects that hold it",
    changed="A TF1 variable is a node of the graph; its value lives in the Session, and not before its initializer "
    "has run there. TF2's `tf.Variable` is an object that holds its value from the first line on, and it is "
    "gone when nothing refers to it.",
    why="In TF1 the graph kept every variable alive and collections listed them, so it hardly mattered who held one. "
    "In TF2 whoever uses a variable must keep it: a layer, a module, a checkpoint. And reading a reference "
    "variable of TF1 could give the old or the new value, depending on timing; resource variables, the only ones "
    "in TF2, have an order.",
    pairs=[
        CodePair("mnist:train_network", "mnist:train_network"),
        CodePair("worker:LegacyWorker.take_head", "worker:ModernWorker.take_head"),
        CodePair("backbone:load_network", "network_module:write_module"),
    ],
    breaks=[
        Break(
            "the initializer is not run, in a Session",
            "with tf.Graph().as_default(), tf.compat.v1.Session() as session:\n"
            "    v = tf.compat.v1.Variable(1.0, use_resource=False, name='v')\n"
            "    session.run(v)",
            "FailedPreconditionError: ...Attempting to use uninitialized value v",
            "`session.run(tf.compat.v1.global_variables_initializer())` first; and not after a restore, which it "
            "would overwrite without a word.",
        ),
        Break(
            "a variable is made within a `tf.function`, at every call",
            "@tf.function\ndef counted():\n    return tf.Variable(1.0).assign_add(1.0)\ncounted()",
            "ValueError: tf.function only supports singleton tf.Variables created on the first call.",
            "In TF1 the line ran once, when the graph was built. Make it outside, or in a layer's `build`.",
        ),
        Break(
            "two variables of one name",
            "first = tf.Variable(1.0, name='w')\n"
            "second = tf.Variable(2.0, name='w')\n"
            "print(first.name, second.name, float(first), float(second))",
            "w:0 w:0 1.0 2.0",
            "No error and no `w_1`: names no longer tell variables apart. TF1's `get_variable` refused, or shared "
            "under `reuse=True`; TF2 shares by using the same object.",
        ),
        Break(
            "`tf.compat.v1.global_variables()` shall list them",
            "kept = tf.Variable(1.0)\nprint(tf.compat.v1.global_variables())",
            "[]",
            "Eager variables are in no collection: an optimizer or Saver that asks it gets nothing. Ask the model: "
            "`model.trainable_variables`.",
        ),
        Break(
            "`v = v + 1` for an update",
            "v = tf.Variable(1.0)\nw = v\nv = v + 1\nprint(isinstance(v, tf.Variable), float(w))",
            "False 1.0",
            "The name now means a tensor and the variable is unchanged: `v.assign_add(1)`.",
        ),
    ],
    figures=[
        QuotedFigure(
            "1.5e-7",
            "are the weights of TF 1.15.5 and of Keras 3 apart after 4000 steps from the same start",
            "docs/results.md",
            "poets parity --legacy-python /opt/tf1/bin/python --image_dir flower_photos --architecture "
            "mobilenet_0.25_128",
        ),
    ],
    see=[
        See(
            "poets port model.ckpt-4000 --backbone classify_image_graph_def.pb --output ported",
            "how the values of a Saver's checkpoint come into a graph again",
        ),
        See(
            "poets parity --architecture mobilenet_painted --rounds 0",
            "that both twins end with the same weights when they begin with the same",
        ),
    ],
    questions=[
        Question(
            "Where is the value of a TF1 variable?",
            ["In the Session", "In Python", "In the graph"],
            0,
            "The graph holds the node and its initializer; two Sessions of one graph have two values.",
        ),
        Question(
            "What happens to a tf.Variable of TF2 that nothing refers to any more?",
            ["It is saved with the next checkpoint", "It stays in the default graph", "It is deleted"],
            2,
            "So a loaded SavedModel must be held as long as one of its signatures is used.",
        ),
        Question(
            "global_variables_initializer() is run after a Saver's restore. What follows?",
            ["An error", "The restored weights are overwritten without a word", "Nothing"],
            1,
            "Restoring is an assignment like any other, and the last one counts.",
        ),
    ],
)

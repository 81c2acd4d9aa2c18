"""Lesson: from variables in a graph, whose values are in a Session, to objects that hold their values."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="variables",
    line="graph nodes with a value in the Session became objects that hold their value",
    changed="A TF1 variable is a node of the graph; its value is in the Session, and exists only after its initializer "
    "has run there. TF2's `tf.Variable` is an object that holds its value from the start, and it is deleted when "
    "nothing refers to it.",
    why="In TF1 the graph keeps every variable alive, and collections list them. In TF2 an object must hold each "
    "variable: a layer, a module, a checkpoint. Also, reading a TF1 reference variable can return the old or the new "
    "value, depending on timing; for resource variables, the only ones in TF2, the order of reads and writes is "
    "defined.",
    pairs=[
        CodePair("mnist:train_network", "mnist:train_network"),
        CodePair("worker:LegacyWorker.take_head", "worker:ModernWorker.take_head"),
        CodePair("backbone:load_network", "network_module:write_module"),
    ],
    breaks=[
        Break(
            "forgetting to run the initializer in a Session",
            "with tf.Graph().as_default(), tf.compat.v1.Session() as session:\n"
            "    v = tf.compat.v1.Variable(1.0, use_resource=False, name='v')\n"
            "    session.run(v)",
            "FailedPreconditionError: ...Attempting to use uninitialized value v",
            "First run `session.run(tf.compat.v1.global_variables_initializer())`. Do not run it after a restore: it "
            "would overwrite the restored values without a message.",
        ),
        Break(
            "creating a variable in each call of a `tf.function`",
            "@tf.function\ndef counted():\n    return tf.Variable(1.0).assign_add(1.0)\ncounted()",
            "ValueError: tf.function only supports singleton tf.Variables created on the first call.",
            "In TF1 the line ran once, when the graph was built. Create it outside, or in a layer's `build`.",
        ),
        Break(
            "giving two variables one name",
            "first = tf.Variable(1.0, name='w')\n"
            "second = tf.Variable(2.0, name='w')\n"
            "print(first.name, second.name, float(first), float(second))",
            "w:0 w:0 1.0 2.0",
            "No error and no `w_1`: names no longer tell variables apart. TF1's `get_variable` raised an error, or "
            "shared the variable with `reuse=True`; in TF2, share a variable by using the same object.",
        ),
        Break(
            "expecting `tf.compat.v1.global_variables()` to list them",
            "kept = tf.Variable(1.0)\nprint(tf.compat.v1.global_variables())",
            "[]",
            "Eager variables are in no collection, so an optimizer or Saver that reads it finds none. Use "
            "`model.trainable_variables`.",
        ),
        Break(
            "updating a variable by `v = v + 1`",
            "v = tf.Variable(1.0)\nw = v\nv = v + 1\nprint(isinstance(v, tf.Variable), float(w))",
            "False 1.0",
            "`v` is now a tensor, and the variable is unchanged. Use `v.assign_add(1)`.",
        ),
    ],
    figures=[
        QuotedFigure(
            "1.5e-7",
            "is the difference of the weights of TF 1.15.5 and Keras 3 after 4000 steps from the same initial values",
            "docs/results.md",
            "poets parity --legacy-python /opt/tf1/bin/python --image_dir flower_photos --architecture "
            "mobilenet_0.25_128",
        ),
    ],
    see=[
        See(
            "poets port model.ckpt-4000 --backbone classify_image_graph_def.pb --output ported",
            "a Saver's checkpoint put back into a graph",
        ),
        See(
            "poets parity --architecture mobilenet_painted --rounds 0",
            "that both twins end with the same weights if they start with the same weights",
        ),
    ],
    questions=[
        Question(
            "Where is the value of a TF1 variable?",
            ["In the Session", "In Python", "In the graph"],
            0,
            "The graph holds only the node and its initializer; two Sessions of one graph have two values.",
        ),
        Question(
            "What happens to a TF2 tf.Variable that nothing refers to any more?",
            ["It is saved with the next checkpoint", "It stays in the default graph", "It is deleted"],
            2,
            "So keep a loaded SavedModel as long as you use one of its signatures.",
        ),
        Question(
            "global_variables_initializer() is run after a Saver's restore. What happens?",
            ["An error", "It overwrites the restored weights without a message", "Nothing"],
            1,
            "A restore is an assignment like any other, and the last assignment counts.",
        ),
    ],
)

"""Lesson: building and running were two things; what is left of the graph is tf.function."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="session",
    line="Session.run became a call; the graph lives on in tf.function",
    changed="In TF1 Python only writes a program down, op by op, in a graph; a Session runs the part of it that is "
    "asked for and holds the variables' values. In TF2 every op runs when its line is reached. `tf.function` "
    "makes a graph of a Python function when it is first called, and Keras does so inside `fit`.",
    why="Values can be printed and errors stand at the line that made them. But a loop of single ops in Python is "
    "slow, and so is a loop of `session.run`: both come back to Python after each step. The modern twin stays "
    "inside one compiled call from one evaluation to the next.",
    pairs=[
        CodePair("train:train", "train:train"),
        CodePair("train:take_step", "head:compile_head"),
        CodePair("label_image:GraphClassifier.run", "opened_models:_keras_file"),
    ],
    breaks=[
        Break(
            "`tf.Session` is kept",
            "tf.Session()",
            "AttributeError: module 'tensorflow' has no attribute 'Session'",
            "Only `tf.compat.v1.Session` is left.",
        ),
        Break(
            "a Session is opened, but the ops ran eagerly",
            "total = tf.constant(1) + tf.constant(2)\ntf.compat.v1.Session().run(total)",
            "RuntimeError: The Session graph is empty. Add operations to the graph before calling run().",
            "The sum is there already: `total.numpy()`.",
        ),
        Break(
            "`print` in a `tf.function`",
            "@tf.function\n"
            "def step(x):\n"
            "    print('step')\n"
            "    return x + 1\n"
            "for _ in range(3):\n"
            "    step(tf.constant(1))",
            "step",
            "Python's lines run while the graph is made, once; `tf.print` is an op and runs every time. The same "
            "holds for a counter, a random number or a log line in Python.",
        ),
        Break(
            "`.numpy()` within a `tf.function`",
            "@tf.function\ndef step(x):\n    return x.numpy()\nstep(tf.constant(1))",
            "AttributeError: 'SymbolicTensor' object has no attribute 'numpy'",
            "Within it there are no numbers yet, as in TF1's graph.",
        ),
        Break(
            "ops are added in the loop that runs them",
            "with tf.Graph().as_default() as graph, tf.compat.v1.Session() as session:\n"
            "    sizes = []\n"
            "    for photo in range(3):\n"
            "        session.run(tf.constant(1.0) * 2.0)\n"
            "        sizes.append(len(graph.get_operations()))\n"
            "print(sizes)",
            "[3, 6, 9]",
            "No error: the graph grows and every run gets slower. The codelab's label_image.py did this for each "
            "photo; `graph.finalize()` makes it an error. In TF2 a `tf.function` defined inside a loop does the "
            "same.",
        ),
    ],
    figures=[
        QuotedFigure(
            "64 times",
            "as fast does the modern twin train 4000 steps as a plain retrain.py-style loop of `session.run` that "
            "reads its bottlenecks from text files",
            "docs/results.md",
            "python -m parity_tests.bench",
        ),
    ],
    see=[
        See(
            "poets parity --architecture mobilenet_painted --rounds 2",
            "how many training steps per second both twins do, measured in turns",
        ),
        See(
            "poets parity --legacy-python /opt/tf1/bin/python --architecture mobilenet_painted",
            "the same, the legacy twin on a real TensorFlow 1.15",
        ),
    ],
    questions=[
        Question(
            "What does tf.compat.v1.Session().run(tf.constant(1)) do in TF2?",
            ["It gives 1", "It raises: the Session's graph is empty", "It gives None"],
            1,
            "The constant was made eagerly and is in no graph.",
        ),
        Question(
            "A print stands in a tf.function that is called 1000 times with tensors of one shape. How often "
            "does it print?",
            ["Once", "1000 times", "Never"],
            0,
            "It is Python, and Python runs while the function is traced; tf.print is an op.",
        ),
        Question(
            "Why does steps_per_execution make training faster?",
            ["It uses a larger batch", "It skips steps", "Python is left out between the steps"],
            2,
            "The steps are the same; many of them run in one call of one compiled function.",
        ),
    ],
)

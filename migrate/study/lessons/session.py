"""Lesson: from building and running a graph to calling functions, and tf.function."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="session",
    line="Session.run became a call; the graph lives on in tf.function",
    changed="In TF1, Python only builds a graph, op by op; a Session runs the requested part of it and holds the "
    "variables' values. In TF2 every op runs when its line is reached. `tf.function` turns a Python function into a "
    "graph at its first call, and Keras does this inside `fit`.",
    why="Values can be printed, and an error points to the line that caused it. But a Python loop over single ops is "
    "slow, and so is a loop of `session.run`: both return to Python after each step. The modern twin runs all steps "
    "from one evaluation to the next in one compiled call.",
    pairs=[
        CodePair("train:train", "train:train"),
        CodePair("train:take_step", "train:train"),
        CodePair("label_image:GraphClassifier.run", "opened_models:_keras_file"),
    ],
    breaks=[
        Break(
            "keeping `tf.Session`",
            "tf.Session()",
            "AttributeError: module 'tensorflow' has no attribute 'Session'",
            "TF2 only has `tf.compat.v1.Session`.",
        ),
        Break(
            "opening a Session for ops that ran eagerly",
            "total = tf.constant(1) + tf.constant(2)\ntf.compat.v1.Session().run(total)",
            "RuntimeError: The Session graph is empty. Add operations to the graph before calling run().",
            "The sum is already computed: use `total.numpy()`.",
        ),
        Break(
            "calling `print` in a `tf.function`",
            "@tf.function\n"
            "def step(x):\n"
            "    print('step')\n"
            "    return x + 1\n"
            "for _ in range(3):\n"
            "    step(tf.constant(1))",
            "step",
            "Python code runs only once, while the graph is traced; `tf.print` is an op and runs every time. The "
            "same holds for a counter, a random number or a log line in Python.",
        ),
        Break(
            "calling `.numpy()` in a `tf.function`",
            "@tf.function\ndef step(x):\n    return x.numpy()\nstep(tf.constant(1))",
            "AttributeError: 'SymbolicTensor' object has no attribute 'numpy'",
            "While the function is traced there are no numbers yet, as in a TF1 graph.",
        ),
        Break(
            "adding ops in the loop that runs them",
            "with tf.Graph().as_default() as graph, tf.compat.v1.Session() as session:\n"
            "    sizes = []\n"
            "    for photo in range(3):\n"
            "        session.run(tf.constant(1.0) * 2.0)\n"
            "        sizes.append(len(graph.get_operations()))\n"
            "print(sizes)",
            "[3, 6, 9]",
            "No error: the graph grows, and every run is slower than the one before. The codelab's label_image.py "
            "did this per photo; `graph.finalize()` makes it an error. In TF2, defining a `tf.function` inside a loop "
            "has the same effect.",
        ),
    ],
    figures=[
        QuotedFigure(
            "64 times",
            "as fast: 4000 steps of the modern twin, compared with a plain retrain.py-style loop of `session.run` "
            "that reads its bottlenecks from text files",
            "docs/results.md",
            "python -m parity_tests.bench",
        ),
    ],
    see=[
        See(
            "poets parity --architecture mobilenet_painted --rounds 2",
            "training steps per second of both twins, measured alternately",
        ),
        See(
            "poets parity --legacy-python /opt/tf1/bin/python --architecture mobilenet_painted",
            "the same, with the legacy twin on TensorFlow 1.15",
        ),
    ],
    questions=[
        Question(
            "What does tf.compat.v1.Session().run(tf.constant(1)) do in TF2?",
            ["It returns 1", "It raises an error: the Session's graph is empty", "It returns None"],
            1,
            "The constant was created eagerly and is in no graph.",
        ),
        Question(
            "A tf.function contains a print and is called 1000 times with tensors of one shape. How often does it "
            "print?",
            ["Once", "1000 times", "Never"],
            0,
            "print is Python code, which runs only while the function is traced; tf.print is an op.",
        ),
        Question(
            "Why does steps_per_execution make training faster?",
            ["It uses a larger batch", "It skips steps", "It does not return to Python between steps"],
            2,
            "The steps are the same, but one call of a compiled function runs many of them.",
        ),
    ],
)

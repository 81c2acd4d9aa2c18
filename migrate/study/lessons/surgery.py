"""Lesson: finding tensors by name, cutting and joining graphs."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="surgery",
    line="graph surgery: from finding tensors by name to wrapping graphs in functions",
    changed="A TF1 program finds a part of a network by its name, `MobilenetV1/Predictions/Reshape:0`, and joins "
    "graphs by `import_graph_def` with an `input_map`. In TF2 a part of a network is an object: a layer or a "
    "function. To make an old graph such an object, import it inside a function, with variables in place of its "
    "constants.",
    why="In a frozen graph, names are the only interface, and an undocumented one: another scope, another library "
    "version or a second import changes them. The names that this task relies on are in one table, "
    "`migrate/task/networks/architectures.py`.",
    pairs=[
        CodePair("backbone:load_network", "backbone:load_network"),
        CodePair("export:export", "network_module:read_network"),
        CodePair("", "network_module:write_module"),
        CodePair("", "network_module:frozen_network"),
        CodePair("fine_tune:thaw", "fine_tune:thaw"),
    ],
    breaks=[
        Break(
            "passing an op's name for a tensor's",
            "with tf.Graph().as_default() as graph:\n    tf.constant(1.0, name='x')\n    graph.get_tensor_by_name('x')",
            "ValueError: The name 'x' refers to an Operation, not a Tensor.",
            "`x` is an op; `x:0` is its first output.",
        ),
        Break(
            "calling `import_graph_def` without `name=''`",
            "with tf.Graph().as_default() as old:\n"
            "    tf.constant(1.0, name='x')\n"
            "with tf.Graph().as_default() as graph:\n"
            "    tf.import_graph_def(old.as_graph_def())\n"
            "print(graph.get_operations()[0].name)",
            "import/x",
            "Every name gets the prefix `import`.",
        ),
        Break(
            "asking for a name that does not exist",
            "with tf.Graph().as_default() as graph:\n    graph.get_tensor_by_name('final_result:0')",
            "KeyError: ...The name 'final_result:0' refers to a Tensor which does not exist.",
            "Look first: `poets inspect` lists the nodes without running the graph.",
        ),
        Break(
            "building a part twice",
            "with tf.Graph().as_default():\n"
            "    for _ in range(2):\n"
            "        print(tf.identity(1.0, name='final_result').name)",
            "final_result:0\nfinal_result_1:0",
            "No error. Code that looks for `final_result:0` always gets the first one.",
        ),
        Break(
            "asking an eager tensor for its name",
            "tf.constant(1.0).name",
            "AttributeError: Tensor.name is undefined when eager execution is enabled.",
            "An eager tensor is in no graph, so it has no name. The same holds for `.op` and `.graph`.",
        ),
    ],
    figures=[
        QuotedFigure(
            "560",
            "nodes in the retrained `mobilenet_0.25_128`; only their names tell them apart",
            "measured on TensorFlow 2.21",
            "poets inspect tf1/graph.pb",
        ),
    ],
    see=[
        See(
            "poets inspect tf1/graph.pb --labels tf1/labels.txt",
            "inputs, outputs, features and training leftovers of a graph, found from its structure",
        ),
        See("poets port tf1/graph.pb --output ported -v", "every change to the graph, with its reason"),
        See("poets bisect tf1/graph.pb ported/savedmodel", "the first node at which two graphs differ"),
    ],
    questions=[
        Question(
            "What is the difference between x and x:0?",
            ["None", "x is an op, x:0 is its first output", "x:0 is the copy on the first GPU"],
            1,
            "An op may have several outputs, or none.",
        ),
        Question(
            "A graph is imported without the argument `name`. What is its node `input` called then?",
            ["import/input", "input_1", "input"],
            0,
            "The default prefix is `import`.",
        ),
        Question(
            "How does the modern twin make a frozen network trainable?",
            [
                "It cannot",
                "It retrains it from scratch",
                "It imports the graph in a function, with variables in place of constants",
            ],
            2,
            "input_map replaces each constant by a variable with the same value.",
        ),
    ],
)

"""Lesson: frozen graph, checkpoint, SavedModel, .keras."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="saving",
    line="frozen graph, Saver, SavedModel, .keras: what each file holds",
    changed="TF1 saves parts: a Saver writes the variables to a checkpoint and the graph to a `.meta` file, and "
    "`convert_variables_to_constants` freezes both into one graph. TF2 saves a SavedModel, a folder with variables, "
    "functions and signatures, or, from Keras 3, a `.keras` file with layers and weights.",
    why="A frozen graph has all that a machine needs, but no labels, no normalisation and no signature: its user must "
    "know node names, size, mean and standard deviation. A SavedModel of this project contains all of these. A "
    "`.keras` file holds layers, so the model can be changed and trained further, but custom layers need their code.",
    pairs=[
        CodePair("export:export", "export:export_saved_model"),
        CodePair("", "export:export"),
        CodePair("label_image:GraphClassifier.__init__", "opened_models:load_model"),
        CodePair("mnist:train_network", "mnist:export"),
    ],
    breaks=[
        Break(
            "opening a frozen graph as a SavedModel",
            "tf.saved_model.load('tf1/graph.pb')",
            "OSError: SavedModel file does not exist at: tf1/graph.pb",
            "`saved_model.pb` and a frozen `graph.pb` are different messages. `poets inspect` says which of them a "
            "file is; `poets port` converts a frozen graph to a SavedModel.",
        ),
        Break(
            "calling `model.save` with a folder, as in Keras 2",
            "model = tf.keras.Sequential([tf.keras.Input([2]), tf.keras.layers.Dense(1)])\nmodel.save('folder')",
            "ValueError: Invalid filepath extension for saving.",
            "In Keras 3, use `model.save('m.keras')`, or `model.export('folder')` for a SavedModel.",
        ),
        Break(
            "calling `load_model` with a SavedModel folder",
            "tf.keras.models.load_model('folder')",
            "ValueError: File format not supported: filepath=folder.",
            "Keras 3 reads `.keras` and `.h5`. Use `tf.saved_model.load`, which returns functions, or "
            "`keras.layers.TFSMLayer`.",
        ),
        Break(
            "creating a Saver without variables in TF2",
            "tf.compat.v1.train.Saver()",
            "RuntimeError: When eager execution is enabled, `var_list` must specify a list or dict of variables to "
            "save",
            "Use `tf.train.Checkpoint(model=model)`. It finds variables through the objects that hold them, not by "
            "name.",
        ),
        Break(
            "reading a Checkpoint that matches nothing",
            "import os, tempfile\n"
            "folder = tempfile.mkdtemp()\n"
            "path = tf.train.Checkpoint(v=tf.Variable(7.0)).write(os.path.join(folder, 'c'))\n"
            "other = tf.Variable(1.0)\n"
            "tf.train.Checkpoint(w=other).read(path)\n"
            "print(float(other))",
            "1.0",
            "No error: the value waits for an object of that name. To get an error, call "
            "`.assert_existing_objects_matched()`. A TF1 Saver raises here.",
        ),
    ],
    figures=[
        QuotedFigure(
            "2,020,406",
            "bytes of a retrained `mobilenet_0.25_128` as a frozen graph",
            "docs/results.md",
            "poets optimize tf1/graph.pb --output small/optimized_graph.pb",
        ),
        QuotedFigure(
            "5.8 times",
            "as fast: porting 20 graphs in one call, compared with one process per graph",
            "docs/results.md",
            "python -m parity_tests.bench",
        ),
    ],
    see=[
        See(
            "poets port tf1/graph.pb --labels tf1/labels.txt --to savedmodel,keras --output ported",
            "one frozen graph as a SavedModel and as a .keras file, proven to give the same answers",
        ),
        See("poets inspect tf1/graph.pb", "what a file contains, whatever its name"),
    ],
    questions=[
        Question(
            "Which of these does a frozen graph hold?",
            ["Weights", "Mean and standard deviation of its input, as numbers to read", "Labels"],
            0,
            "It holds weights and ops. Normalisation is only there if it is part of the graph, as ops.",
        ),
        Question(
            "tf.train.Checkpoint(w=...) reads a checkpoint that has only v. What happens?",
            ["w gets v's value", "It raises an error", "Nothing is restored, without a message"],
            2,
            "To get an error, call assert_existing_objects_matched.",
        ),
        Question(
            "What does Keras 3's model.save('folder') do?",
            ["It writes a SavedModel", "It raises an error and asks for .keras or .h5", "It writes a checkpoint"],
            1,
            "model.export writes the SavedModel.",
        ),
    ],
)

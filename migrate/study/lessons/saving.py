"""Lesson: frozen graph, checkpoint, SavedModel, .keras."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="saving",
    line="frozen graph, Saver, SavedModel, .keras: what each file holds",
    changed="TF1 saved by parts: a Saver wrote the variables, `.meta` the graph, and "
    "`convert_variables_to_constants` made one frozen file of both. TF2 saves a SavedModel, a folder with "
    "variables, functions and signatures, or, from Keras 3, a `.keras` file with layers and weights.",
    why="A frozen graph is complete for the machine and mute for people: no labels, no normalisation, no signature, "
    "and whoever uses it has to know node names, size, mean and standard deviation. In a SavedModel of this "
    "project all that travels inside. A `.keras` file holds the layers instead, so it can be changed and trained "
    "on, but custom layers need their code.",
    pairs=[
        CodePair("export:export", "export:export_saved_model"),
        CodePair("", "export:export"),
        CodePair("label_image:GraphClassifier.__init__", "opened_models:load_model"),
        CodePair("mnist:train_network", "mnist:export"),
    ],
    breaks=[
        Break(
            "a frozen graph is opened as a SavedModel",
            "tf.saved_model.load('tf1/graph.pb')",
            "OSError: SavedModel file does not exist at: tf1/graph.pb",
            "`saved_model.pb` and a frozen `graph.pb` are different messages; `poets inspect` says which a file "
            "is. `poets port` makes one of the other.",
        ),
        Break(
            "`model.save` to a folder, as Keras 2 did",
            "model = tf.keras.Sequential([tf.keras.Input([2]), tf.keras.layers.Dense(1)])\nmodel.save('folder')",
            "ValueError: Invalid filepath extension for saving.",
            "Keras 3: `model.save('m.keras')`, or `model.export('folder')` for a SavedModel to serve.",
        ),
        Break(
            "`load_model` of a SavedModel folder",
            "tf.keras.models.load_model('folder')",
            "ValueError: File format not supported: filepath=folder.",
            "Keras 3 reads `.keras` and `.h5`. Use `tf.saved_model.load`, which gives functions, or "
            "`keras.layers.TFSMLayer`.",
        ),
        Break(
            "a Saver without variables, in TF2",
            "tf.compat.v1.train.Saver()",
            "RuntimeError: When eager execution is enabled, `var_list` must specify a list or dict of variables to "
            "save",
            "Use `tf.train.Checkpoint(model=model)`; it finds variables by the objects that hold them, not by "
            "their names.",
        ),
        Break(
            "a Checkpoint that matches nothing",
            "import os, tempfile\n"
            "folder = tempfile.mkdtemp()\n"
            "path = tf.train.Checkpoint(v=tf.Variable(7.0)).write(os.path.join(folder, 'c'))\n"
            "other = tf.Variable(1.0)\n"
            "tf.train.Checkpoint(w=other).read(path)\n"
            "print(float(other))",
            "1.0",
            "No error: restoring waits for an object of that name. `.assert_existing_objects_matched()` makes it "
            "one. A TF1 Saver did raise here.",
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
            "as fast is porting 20 graphs in one call as in a process each",
            "docs/results.md",
            "python -m parity_tests.bench",
        ),
    ],
    see=[
        See(
            "poets port tf1/graph.pb --labels tf1/labels.txt --to savedmodel,keras --output ported",
            "one frozen graph as a SavedModel and as a .keras file, proven to answer alike",
        ),
        See("poets inspect tf1/graph.pb", "what is in a file, whatever it is called"),
    ],
    questions=[
        Question(
            "Which of these does a frozen graph hold?",
            ["Weights", "Mean and standard deviation of its input, as numbers to read", "Labels"],
            0,
            "Weights and ops are all. The normalisation, if at all, is found as ops.",
        ),
        Question(
            "tf.train.Checkpoint(w=...) reads a checkpoint that has only v. What happens?",
            ["w gets v's value", "It raises", "Nothing is restored, and nothing is said"],
            2,
            "Unless assert_existing_objects_matched is called.",
        ),
        Question(
            "What does Keras 3's model.save('folder') do?",
            ["Writes a SavedModel", "Raises: it wants .keras or .h5", "Writes a checkpoint"],
            1,
            "model.export writes the SavedModel.",
        ),
    ],
)

"""Lesson: who may take how much of a GPU."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="memory",
    line="GPU memory and devices: from the Session's ConfigProto to the whole process",
    changed="TF1 was told about devices and memory by the `ConfigProto` of each Session: `allow_growth`, "
    "`per_process_gpu_memory_fraction`. TF2 is told once for the whole process, by `tf.config`, and before "
    "the first op.",
    why="Both take all of a GPU's memory unless told otherwise. On a workstation that is rude to the neighbour; on a "
    "Jetson, where CPU and GPU share one memory, the program may kill itself. The later the settings come, the "
    "worse: TF2 refuses them once a device is in use.",
    pairs=[
        CodePair("session_resources:session_config", "keras_device:choose_device"),
        CodePair("session_resources:open_session", "version2:grow_memory"),
        CodePair("session_resources:run", "keras_device:device_of"),
    ],
    breaks=[
        Break(
            "`ConfigProto` under its old name",
            "tf.ConfigProto()",
            "AttributeError: module 'tensorflow' has no attribute 'ConfigProto'",
            "`tf.compat.v1.ConfigProto` has effect on a `compat.v1.Session` only; TF2's own ops do not look at it.",
        ),
        Break(
            "devices are chosen after the first op",
            "tf.constant(1) + 1\ntf.config.set_visible_devices([], 'CPU')",
            "RuntimeError: Visible devices cannot be modified after being initialized",
            "Choose at the very start, before any constant or model is made; an import that makes one is enough to "
            "be late.",
        ),
        Break(
            "a GPU is asked for that is not there",
            "with tf.device('/GPU:7'):\n    print((tf.constant(1.0) + 1.0).device)",
            "/job:localhost/replica:0/task:0/device:CPU:0",
            "No error: TF2 places it where it can, and training is slow. Look at `device`, or at `poets doctor`.",
        ),
        Break(
            "the same in a Session",
            "with tf.Graph().as_default(), tf.compat.v1.Session() as session:\n"
            "    with tf.device('/GPU:7'):\n"
            "        total = tf.constant(1.0) + 1.0\n"
            "    session.run(total)",
            "InvalidArgumentError: ...Cannot assign a device for operation",
            "TF1 refused, unless told `allow_soft_placement=True`: what was an error has become silent.",
        ),
        Break(
            "a TF1 tensor is asked where it ran",
            "with tf.Graph().as_default():\n    print(repr(tf.constant(1.0).device))",
            "''",
            "In a graph `device` is only what was asked for. The legacy twin asks the run's metadata; an eager "
            "tensor's `device` is where it is.",
        ),
    ],
    figures=[
        QuotedFigure(
            "911 MB",
            "is what TensorFlow found free of a TX2's 8 GB, the page cache having the rest",
            "the homework's log in byrnejga/MIDS-W251, wk5/hw",
            "",
        ),
    ],
    see=[
        See(
            "poets parity --architecture mobilenet_painted --legacy-device cpu --modern-device gpu",
            "CPU against GPU: the report says what each side really ran on",
        ),
        See(
            "poets retrain modern --image_dir flowers --architecture mobilenet_painted --gpu_memory_mb 1024",
            "training with a bounded share; where it does not fit, with half as many photos at once",
        ),
        See("poets flush", "on a Jetson: what the page cache holds is taken from the GPU"),
        See("poets doctor", "whether this machine's TensorFlow sees its GPU"),
    ],
    questions=[
        Question(
            "When must tf.config.set_visible_devices be called?",
            ["Before the first op of the process", "After the model is built", "At any time"],
            0,
            "After that TensorFlow raises RuntimeError.",
        ),
        Question(
            "Why can TensorFlow's default of taking all GPU memory end a program on a Jetson?",
            ["Its driver is old", "Its GPU has too little memory", "CPU and GPU share one memory"],
            2,
            "What the GPU side has taken, Python and the page cache no longer have.",
        ),
        Question(
            "What does `device` of a tensor in a TF1 graph tell?",
            ["Where it was computed", "What was asked for", "Always CPU"],
            1,
            "Where it was placed is told by RunMetadata of a run.",
        ),
    ],
)

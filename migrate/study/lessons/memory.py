"""Lesson: choosing devices and limiting GPU memory."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="memory",
    line="GPU memory and devices: from the Session's ConfigProto to the whole process",
    changed="In TF1 each Session's `ConfigProto` sets devices and memory: `allow_growth`, "
    "`per_process_gpu_memory_fraction`. In TF2 `tf.config` sets them for the whole process, before the first op.",
    why="By default both versions take all of a GPU's memory. On a shared workstation nothing is left for other users; "
    "on a Jetson, where CPU and GPU share one memory, the program may kill itself. Set limits early: TF2 refuses them "
    "once a device is in use.",
    pairs=[
        CodePair("session_resources:session_config", "keras_device:choose_device"),
        CodePair("session_resources:open_session", "version2:grow_memory"),
        CodePair("session_resources:run", "keras_device:device_of"),
    ],
    breaks=[
        Break(
            "using `ConfigProto` under its old name",
            "tf.ConfigProto()",
            "AttributeError: module 'tensorflow' has no attribute 'ConfigProto'",
            "`tf.compat.v1.ConfigProto` affects only a `compat.v1.Session`; TF2's own ops ignore it.",
        ),
        Break(
            "choosing devices after the first op",
            "tf.constant(1) + 1\ntf.config.set_visible_devices([], 'CPU')",
            "RuntimeError: Visible devices cannot be modified after being initialized",
            "Choose devices at the very start, before anything creates a constant or a model. Importing a "
            "module that creates one is already too late.",
        ),
        Break(
            "requesting a GPU that does not exist",
            "with tf.device('/GPU:7'):\n    print((tf.constant(1.0) + 1.0).device)",
            "/job:localhost/replica:0/task:0/device:CPU:0",
            "No error: TF2 runs the op on another device, and training is slow. Check `device` or run `poets doctor`.",
        ),
        Break(
            "requesting it in a Session",
            "with tf.Graph().as_default(), tf.compat.v1.Session() as session:\n"
            "    with tf.device('/GPU:7'):\n"
            "        total = tf.constant(1.0) + 1.0\n"
            "    session.run(total)",
            "InvalidArgumentError: ...Cannot assign a device for operation",
            "TF1 refuses, unless `allow_soft_placement=True`: what used to be an error is now silent.",
        ),
        Break(
            "asking a TF1 tensor where it ran",
            "with tf.Graph().as_default():\n    print(repr(tf.constant(1.0).device))",
            "''",
            "In a graph, `device` is only the requested device. The legacy twin reads the run's metadata instead. An "
            "eager tensor's `device` is where the tensor is.",
        ),
    ],
    figures=[
        QuotedFigure(
            "911 MB",
            "of a TX2's 8 GB is what TensorFlow found free; the page cache held the rest",
            "the homework's log in byrnejga/MIDS-W251, wk5/hw",
            "",
        ),
    ],
    see=[
        See(
            "poets parity --architecture mobilenet_painted --legacy-device cpu --modern-device gpu",
            "CPU against GPU: the report names the device that each side ran on",
        ),
        See(
            "poets retrain modern --image_dir flowers --architecture mobilenet_painted --gpu_memory_mb 1024",
            "training with limited GPU memory; batches that do not fit are halved",
        ),
        See("poets flush", "on a Jetson: empties the page cache, whose memory the GPU cannot use"),
        See("poets doctor", "whether this machine's TensorFlow sees its GPU"),
    ],
    questions=[
        Question(
            "When must tf.config.set_visible_devices be called?",
            ["Before the first op of the process", "After the model is built", "At any time"],
            0,
            "After the first op TensorFlow raises RuntimeError.",
        ),
        Question(
            "TensorFlow takes all GPU memory by default. Why can this kill a program on a Jetson?",
            ["Its driver is old", "Its GPU has too little memory", "CPU and GPU share one memory"],
            2,
            "Memory that the GPU has taken is missing for Python and the page cache.",
        ),
        Question(
            "What is `device` of a tensor in a TF1 graph?",
            ["Where it was computed", "The requested device", "Always CPU"],
            1,
            "RunMetadata of a run says where it was placed.",
        ),
    ],
)

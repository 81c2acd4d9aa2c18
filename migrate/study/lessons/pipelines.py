"""Lesson: queues, feed_dict loops and tf.data."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="pipelines",
    line="queue runners and feed loops became tf.data",
    changed="TF1 programs fed batches from Python by `feed_dict`, or filled queues from threads "
    "(`string_input_producer`, `QueueRunner`, `Coordinator`). TF2 has `tf.data`: it describes where elements come from "
    "and how they are transformed. TensorFlow's threads run it, and `prefetch` prepares the next batch while the "
    "current one is computed.",
    why="In a loop of `session.run`, the network waits while photos are decoded, and decoding waits while the network "
    "computes. Queues solved this, but hung when a thread died. A dataset is iterated like a list and needs no "
    "threads in your program.",
    pairs=[
        CodePair("bottlenecks:pixels_of", "bottlenecks:pixels_of"),
        CodePair("bottlenecks:compute_of_photos", "bottlenecks:compute_of_photos"),
        CodePair("train:cached_batches", "train:cached_batches"),
        CodePair("retrain:train_and_watch", "retrain:train_and_watch"),
        CodePair("mnist:train", "mnist:batches"),
    ],
    breaks=[
        Break(
            "using a queue in TF2",
            "tf.compat.v1.train.string_input_producer(['a.jpg'])",
            "RuntimeError: Input pipelines based on Queues are not supported when eager execution is enabled. "
            "Please use tf.data",
            "Queues still work in a graph. There, a program without `start_queue_runners` hangs without a message.",
        ),
        Break(
            "calling `make_one_shot_iterator`",
            "tf.data.Dataset.range(3).make_one_shot_iterator()",
            "AttributeError: '_RangeDataset' object has no attribute 'make_one_shot_iterator'",
            "Use `for element in dataset:` or `iter(dataset)`.",
        ),
        Break(
            "drawing a Python random number in `map`",
            "import random\n"
            "dataset = tf.data.Dataset.range(100).map(lambda x: random.random())\n"
            "print(len(set(float(one) for one in dataset)))",
            "1",
            "`map` traces its function once, so all elements get the same number, and all photos the same "
            "distortion. Use `tf.random`, or draw outside.",
        ),
        Break(
            "expecting two passes after `shuffle` to be equal",
            "dataset = tf.data.Dataset.range(100).shuffle(100, seed=1)\n"
            "print(list(dataset.as_numpy_iterator()) == list(dataset.as_numpy_iterator()))",
            "False",
            "`shuffle` shuffles anew at each pass, even with a seed. `take` and `skip` after it split differently each "
            "time, so test photos leak into the training. Set `reshuffle_each_iteration=False`.",
        ),
        Break(
            "expecting `tf.py_function` to keep the shape",
            "dataset = tf.data.Dataset.range(2).map(lambda x: tf.py_function(lambda y: y, [x], tf.int64))\n"
            "print(dataset.element_spec.shape)",
            "<unknown>",
            "Layers refuse an unknown shape. Call `set_shape` or `tf.ensure_shape` after it.",
        ),
    ],
    figures=[
        QuotedFigure(
            "4.5 times",
            "as many features per second from the modern twin as from a plain loop of one photo per `session.run`",
            "docs/results.md",
            "python -m parity_tests.bench",
        ),
    ],
    see=[
        See(
            "poets parity --architecture mobilenet_painted --rounds 2",
            "photos per second of both twins, measured alternately",
        ),
        See(
            "poets monitor --interval 500",
            "whether the GPU waits for the decoder: if so, its load drops between batches",
        ),
    ],
    questions=[
        Question(
            "A function passed to dataset.map calls random.random(). How many different numbers does it return?",
            ["One", "One per batch", "One per element"],
            0,
            "The function is traced once, and the Python number becomes a constant. Use tf.random.uniform.",
        ),
        Question(
            "dataset.shuffle(1000).take(100) is the test set and .skip(100) the training set. What is wrong?",
            ["Nothing", "take comes too early", "Each pass shuffles anew, so test photos leak into the training"],
            2,
            "reshuffle_each_iteration is True by default.",
        ),
        Question(
            "What does prefetch(2) do?",
            ["Reads files twice", "Prepares up to two elements ahead of the consumer", "Doubles the batch"],
            1,
            "So decoding and computing overlap.",
        ),
    ],
)

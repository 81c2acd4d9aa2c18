"""Lesson: queues, feed_dict loops and tf.data."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="pipelines",
    line="queue runners and feed loops became tf.data",
    changed="TF1 fed batches from Python by `feed_dict`, or had queues filled by threads (`string_input_producer`, "
    "`QueueRunner`, `Coordinator`). TF2 has `tf.data`: a description of where elements come from and what is "
    "done to them, run by threads of TensorFlow, with `prefetch` so that the next batch is made while this "
    "one is computed.",
    why="A loop of `session.run` decodes while the network waits and computes while the decoder waits. Queues solved "
    "that and hung when a thread died. A dataset is iterated like a list, ends with an exception that means the "
    "end, and needs no threads of one's own.",
    pairs=[
        CodePair("bottlenecks:compute_of_photos", "bottlenecks:compute_of_photos"),
        CodePair("train:cached_batches", "train:cached_batches"),
        CodePair("retrain:distorted_batches", "train:generated_batches"),
        CodePair("mnist:train", "mnist:batches"),
    ],
    breaks=[
        Break(
            "a queue in TF2",
            "tf.compat.v1.train.string_input_producer(['a.jpg'])",
            "RuntimeError: Input pipelines based on Queues are not supported when eager execution is enabled. "
            "Please use tf.data",
            "In a graph they still work. Forget `start_queue_runners` there and it hangs without a word.",
        ),
        Break(
            "`make_one_shot_iterator`",
            "tf.data.Dataset.range(3).make_one_shot_iterator()",
            "AttributeError: '_RangeDataset' object has no attribute 'make_one_shot_iterator'",
            "`for element in dataset:` or `iter(dataset)`.",
        ),
        Break(
            "a Python random number in `map`",
            "import random\n"
            "dataset = tf.data.Dataset.range(100).map(lambda x: random.random())\n"
            "print(len(set(float(one) for one in dataset)))",
            "1",
            "`map` traces its function once, so all elements get the same number: every photo the same distortion. "
            "Use `tf.random`, or draw outside.",
        ),
        Break(
            "two passes are thought to be alike after `shuffle`",
            "dataset = tf.data.Dataset.range(100).shuffle(100, seed=1)\n"
            "print(list(dataset.as_numpy_iterator()) == list(dataset.as_numpy_iterator()))",
            "False",
            "It shuffles anew at each pass, seed or not; so `take` and `skip` after it split train and test "
            "otherwise each time, and photos leak. `reshuffle_each_iteration=False`.",
        ),
        Break(
            "`tf.py_function` is thought to keep the shape",
            "dataset = tf.data.Dataset.range(2).map(lambda x: tf.py_function(lambda y: y, [x], tf.int64))\n"
            "print(dataset.element_spec.shape)",
            "<unknown>",
            "Layers then refuse it: `set_shape` or `tf.ensure_shape` after it.",
        ),
    ],
    figures=[
        QuotedFigure(
            "4.5 times",
            "as many features a second does the modern twin compute as a plain loop of one photo a `session.run`",
            "docs/results.md",
            "python -m parity_tests.bench",
        ),
    ],
    see=[
        See(
            "poets parity --architecture mobilenet_painted --rounds 2",
            "photos per second of both twins, measured in turns",
        ),
        See("poets monitor --interval 500", "whether the GPU waits for the decoder: its load falls between batches"),
    ],
    questions=[
        Question(
            "random.random() stands in the function given to dataset.map. How many different numbers come out?",
            ["One", "One for each batch", "One for each element"],
            0,
            "The function is traced once; Python's number becomes a constant. Use tf.random.uniform.",
        ),
        Question(
            "dataset.shuffle(1000).take(100) is the test set and .skip(100) the training set. What is wrong?",
            ["Nothing", "take comes too early", "Each pass shuffles anew, so test photos get into the training"],
            2,
            "reshuffle_each_iteration is True by default.",
        ),
        Question(
            "What does prefetch(2) do?",
            ["Reads files twice", "Makes up to two elements while the consumer works on another", "Doubles the batch"],
            1,
            "So decoding and computing happen at the same time.",
        ),
    ],
)

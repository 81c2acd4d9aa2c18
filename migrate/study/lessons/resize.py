"""Lesson: decoding, and the resize that TensorFlow 2 changed without a word."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="resize",
    line="decoding, and the resize whose pixels moved by half a pixel",
    changed="A photo becomes numbers in two steps. Decoding: a TF1 graph holds one decoder for each file format, "
    "since it is built before any file is seen; TF2's `decode_image` looks at the bytes. Resizing: both "
    "versions are bilinear and both are called resize, but TF1 lays the grid of the small picture on the "
    "corner of the large one, TF2 on its middle.",
    why="Half-pixel centres are the better rule: the small picture is not shifted up and to the left, and OpenCV and "
    "Pillow have it too. But a network was trained on the pixels of its time. Served with others it still "
    "answers, only a little worse, and no message ever says so.",
    pairs=[
        CodePair("images:decode", "images:decode"),
        CodePair("images:resize", "images:resize"),
        CodePair("images:add_stages", "label_image:ModelClassifier.resize"),
    ],
    breaks=[
        Break(
            "`tf.image.resize` for `tf.image.resize_bilinear`, as most guides have it",
            "row = tf.reshape(tf.range(8.0), [1, 1, 8, 1])\n"
            "print(tf.compat.v1.image.resize_bilinear(row, [1, 4]).numpy().ravel())\n"
            "print(tf.image.resize(row, [1, 4]).numpy().ravel())",
            "[0. 2. 4. 6.]\n[0.5 2.5 4.5 6.5]",
            "No error. For an old network keep `tf.compat.v1.image.resize_bilinear`, or "
            "`tf.raw_ops.ResizeBilinear(..., half_pixel_centers=False)` as the modern twin does.",
        ),
        Break(
            "the old name in new code",
            "tf.image.resize_bilinear(tf.zeros([1, 8, 8, 3]), [4, 4])",
            "AttributeError: module 'tensorflow._api.v2.image' has no attribute 'resize_bilinear'",
            "The loud case, which invites the silent one above.",
        ),
        Break(
            "`decode_image` without `expand_animations=False`",
            "def read(encoded):\n"
            "    return tf.image.resize(tf.io.decode_image(encoded, channels=3), [4, 4])\n"
            "tf.data.Dataset.from_tensors(b'').map(read)",
            "ValueError: ...'images' contains no shape.",
            "It may give three or four dimensions, as a GIF has frames, so the pipeline knows none.",
        ),
        Break(
            "scaling to 0..1 after the resize by `convert_image_dtype`",
            "pixels = tf.fill([4, 4, 3], tf.constant(255, tf.uint8))\n"
            "small = tf.image.resize(pixels, [2, 2])\n"
            "print(float(tf.reduce_max(tf.image.convert_image_dtype(small, tf.float32))))",
            "255.0",
            "The resize gives float32 whatever it got, and float32 is left as it is: the network sees 255 for 1.",
        ),
    ],
    figures=[
        QuotedFigure(
            "3.6",
            "grey levels of 255 between both resizes, on average, of a real daisy at 128 pixels",
            "modern/images.py",
            "poets parity --image_dir flower_photos --architecture mobilenet_0.25_128 --resize tf2",
        ),
        QuotedFigure(
            "7.4",
            "grey levels on average over 600 photos of flowers, resized the TF2 way",
            "docs/results.md",
            "poets parity --image_dir flower_photos --architecture mobilenet_0.25_128 --resize tf2",
        ),
        QuotedFigure(
            "8 %",
            "of the test photos then get another label",
            "docs/results.md",
            "poets parity --image_dir flower_photos --architecture mobilenet_0.25_128 --resize tf2",
        ),
        QuotedFigure(
            "3.5",
            "grey levels on average on the painted flowers; 7 of 41 test photos then get another label",
            "measured on TensorFlow 2.21",
            "poets parity --architecture mobilenet_painted --resize tf2 --attribute --rounds 0",
        ),
    ],
    see=[
        See(
            "poets parity --architecture mobilenet_painted --resize tf2 --attribute --rounds 0",
            "how far the answers move, and that all of it is the resize's",
        ),
        See(
            "poets label --twin modern --resize tf2 --graph tf2/model flowers/roses",
            "the labels that a TF2 tutorial's resize would have given",
        ),
    ],
    questions=[
        Question(
            "A TF1 network is served by TF2 code that calls tf.image.resize. What happens?",
            [
                "Answers that are a little worse, and no message",
                "The same answers to the last bit",
                "An exception: the shapes do not fit",
            ],
            0,
            "Both are bilinear and give the same shape; only the places that they sample differ.",
        ),
        Question(
            "Which pixels of the large picture does TF1's resize from 8 to 4 pixels sample?",
            ["0.5, 2.5, 4.5, 6.5", "1, 3, 5, 7", "0, 2, 4, 6"],
            2,
            "TF1 maps i to i * scale, TF2 to (i + 0.5) * scale - 0.5.",
        ),
        Question(
            "Why has the legacy twin one branch for each file format?",
            ["TF1 could read JPEG only", "Its graph is built before any file is seen", "For speed"],
            1,
            "Which branch is used is chosen by which tensor is run.",
        ),
    ],
)

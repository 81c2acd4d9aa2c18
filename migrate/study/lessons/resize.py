"""Lesson: decoding, and the resize that TensorFlow 2 changed silently."""

from poets.migrate.study.lesson import Break, CodePair, Lesson, Question, QuotedFigure, See

LESSON = Lesson(
    name="resize",
    line="decoding, and the resize that TF2 shifted by half a pixel",
    changed="A photo becomes numbers in two steps. Decoding: a TF1 graph has one decoder per file format, because it "
    "is built before any file is read; TF2's `decode_image` detects the format from the bytes. Resizing: both versions "
    "are bilinear and are called resize, but TF1 aligns the pixel grids at the top left corner, TF2 at the centre.",
    why="Half-pixel centres are the better rule: they do not shift the picture up and to the left, and OpenCV and "
    "Pillow use them too. But an old network was trained on TF1's pixels. With others it still answers, only a little "
    "worse, and no message says so.",
    pairs=[
        CodePair("images:decode", "images:decode"),
        CodePair("images:resize", "images:resize"),
        CodePair("images:add_stages", "label_image:ModelClassifier.resize"),
    ],
    breaks=[
        Break(
            "replacing `tf.image.resize_bilinear` by `tf.image.resize`, as most guides say",
            "row = tf.reshape(tf.range(8.0), [1, 1, 8, 1])\n"
            "print(tf.compat.v1.image.resize_bilinear(row, [1, 4]).numpy().ravel())\n"
            "print(tf.image.resize(row, [1, 4]).numpy().ravel())",
            "[0. 2. 4. 6.]\n[0.5 2.5 4.5 6.5]",
            "No error. For an old network keep `tf.compat.v1.image.resize_bilinear`, or "
            "`tf.raw_ops.ResizeBilinear(..., half_pixel_centers=False)` as the modern twin does.",
        ),
        Break(
            "using the old name",
            "tf.image.resize_bilinear(tf.zeros([1, 8, 8, 3]), [4, 4])",
            "AttributeError: module 'tensorflow._api.v2.image' has no attribute 'resize_bilinear'",
            "This raises an error, and tempts people into the silent change above.",
        ),
        Break(
            "calling `decode_image` without `expand_animations=False`",
            "def read(encoded):\n"
            "    return tf.image.resize(tf.io.decode_image(encoded, channels=3), [4, 4])\n"
            "tf.data.Dataset.from_tensors(b'').map(read)",
            "ValueError: ...'images' contains no shape.",
            "The result has four dimensions for a GIF, which has frames, and three otherwise, so its shape is unknown.",
        ),
        Break(
            "scaling to 0..1 by `convert_image_dtype` after the resize",
            "pixels = tf.fill([4, 4, 3], tf.constant(255, tf.uint8))\n"
            "small = tf.image.resize(pixels, [2, 2])\n"
            "print(float(tf.reduce_max(tf.image.convert_image_dtype(small, tf.float32))))",
            "255.0",
            "The resize returns float32, which `convert_image_dtype` does not scale: the network gets 255, not 1.",
        ),
    ],
    figures=[
        QuotedFigure(
            "3.6",
            "grey levels of 255 between the two resizes on average, for a photo of a daisy at 128 pixels",
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
            "how much the answers change, and that the resize causes all of it",
        ),
        See(
            "poets label --twin modern --resize tf2 --graph tf2/model flowers/roses",
            "the labels with the resize of TF2 tutorials",
        ),
    ],
    questions=[
        Question(
            "TF2 code serves a TF1 network and calls tf.image.resize. What happens?",
            [
                "The answers are a little worse, without a message",
                "The answers are the same to the last bit",
                "An exception: the shapes do not fit",
            ],
            0,
            "Both are bilinear and return the same shape; only the sampled positions differ.",
        ),
        Question(
            "Which pixels does TF1's resize sample when it resizes from 8 to 4 pixels?",
            ["0.5, 2.5, 4.5, 6.5", "1, 3, 5, 7", "0, 2, 4, 6"],
            2,
            "TF1 maps i to i * scale, TF2 to (i + 0.5) * scale - 0.5.",
        ),
        Question(
            "Why does the legacy twin have one branch per file format?",
            ["TF1 could read only JPEG", "Its graph is built before any file is read", "For speed"],
            1,
            "The tensor that is run selects the branch.",
        ),
    ],
)

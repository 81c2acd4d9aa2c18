"""Training on distorted photos, pixel by pixel the same in both twins."""

import numpy as np
import pytest

from parity_tests.fixtures import tiny
from parity_tests.fixtures.commands.retrained import first_photo, scalars
from poets.migrate.task.photos.distortions import Distortions, draw_distortions

pytestmark = pytest.mark.tensorflow

DISTORTED = ("--flip_left_right", "--random_crop", "20", "--random_scale", "30", "--random_brightness", "25")


def test_distorted_training(tiny_task, both_trained, tmp_path):
    flags = DISTORTED + ("--how_many_training_steps", "12", "--train_batch_size", "8", "--quiet")
    for twin in tiny.TWINS:
        assert tiny.retrain(twin, tiny_task, tmp_path / twin, *flags).code == 0
    for ours, theirs in zip(tiny.legacy_head(tmp_path / "legacy"), tiny.modern_head(tmp_path / "modern")):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)
    legacy, modern = (scalars(tmp_path / twin / "logs" / "train")[0] for twin in tiny.TWINS)
    for tag in legacy:
        for step in legacy[tag]:
            assert abs(legacy[tag][step] - modern[tag][step]) <= 1e-4, (tag, step)


def test_distorted_pixels(tiny_task):
    from poets.legacy import images as legacy_images
    from poets.migrate.tensorflow_library.version1 import tf as tf1
    from poets.migrate.tensorflow_library.version2 import tf as tf2
    from poets.modern import images as modern_images

    data = tiny.read_bytes(first_photo(tiny_task))
    draws = draw_distortions(Distortions(True, 20, 30, 25), 4, 3, 128, 3).reshape(-1, 5).astype(np.float32)
    assert 0 < draws[:, 3].sum() < len(draws)  # some are mirrored
    with tf1.Graph().as_default(), tf1.Session() as session:
        draw = tf1.placeholder(tf1.float32, [5])
        distorted = legacy_images.distort(legacy_images.decode(tf1.constant(data), "jpeg"), draw, 128)
        theirs = [session.run(distorted, {draw: one}) for one in draws]
    for one, pixels in zip(draws, theirs):
        ours = modern_images.distort(modern_images.decode(tf2.constant(data)), tf2.constant(one), 128).numpy()
        assert ours.shape == (128, 128, 3)
        np.testing.assert_allclose(ours, pixels, rtol=0, atol=1e-3)


def test_no_distortion_is_the_plain_resize(tiny_task):
    from poets.migrate.tensorflow_library.version2 import tf
    from poets.modern import images

    pixels = images.decode(tf.io.read_file(first_photo(tiny_task)))
    draw = draw_distortions(Distortions(False, 0, 0, 0), 1, 1, 128, 3)[0, 0].astype(np.float32)
    np.testing.assert_array_equal(images.distort(pixels, tf.constant(draw), 128), images.resize(pixels, [128, 128]))

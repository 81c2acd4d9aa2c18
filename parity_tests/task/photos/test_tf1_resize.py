"""poets.migrate.task.photos.tf1_resize gives what TensorFlow's ResizeBilinear gives, to the last bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poets.migrate.task.photos.tf1_resize import resize_tf1

SIDES = st.integers(1, 700)


def by_tensorflow(pixels, height, width):
    from poets.modern import images

    return images.resize(pixels, (height, width)).numpy()


@pytest.mark.tensorflow
@settings(max_examples=200, deadline=None)
@given(shape=st.tuples(SIDES, SIDES), wanted=st.tuples(SIDES, SIDES), floats=st.booleans(), seed=st.integers(0, 99))
def test_any_resize_is_tensorflows_to_the_last_bit(shape, wanted, floats, seed):
    pixels = np.random.RandomState(seed).randint(0, 256, shape + (3,)).astype(np.uint8)
    if floats:
        pixels = pixels / np.float32(7)
    resized = resize_tf1(pixels, *wanted)
    assert resized.dtype == np.float32 and resized.shape == wanted + (3,)
    np.testing.assert_array_equal(resized, by_tensorflow(pixels, *wanted))


@pytest.mark.tensorflow
@pytest.mark.shared
@pytest.mark.parametrize("size", [128, 160, 192, 224, 299])
def test_real_photos_are_resized_as_by_tensorflow(shared_data, size):
    from poets.modern import images

    for path in sorted((shared_data / "flower_photos").glob("*/*.jpg"))[::10]:
        pixels = images.decode(path.read_bytes()).numpy()
        np.testing.assert_array_equal(resize_tf1(pixels, size, size), by_tensorflow(pixels, size, size))


def test_the_same_size_changes_nothing():
    pixels = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    np.testing.assert_array_equal(resize_tf1(pixels, 4, 5), pixels.astype(np.float32))


def test_twice_as_large_has_the_old_pixels_at_even_places_and_no_half_pixel_shift():
    pixels = np.array([[[0] * 3, [100] * 3]], np.uint8)
    assert resize_tf1(pixels, 1, 4)[0, :, 0].tolist() == [0, 50, 100, 100]

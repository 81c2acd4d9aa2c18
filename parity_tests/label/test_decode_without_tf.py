"""Photos decoded by Pillow: to TensorFlow's pixels, whatever their kind, or refused as bad."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parity_tests.fixtures.commands.pictures import encoded, picture
from parity_tests.task.photos.test_image_headers import GOOD
from poets.migrate.runners.pillow_photos import decode
from poets.migrate.task.photos.image_headers import BadPhoto

pytestmark = pytest.mark.tensorflow


def by_tensorflow(data):
    from poets.modern import images

    return images.decode(data).numpy()


def with_sampling(data, luminance):
    """A JPEG whose header says that luminance is stored (across, down) times as densely as colour."""
    at = data.index(b"\xff\xc0") + 11
    return data[:at] + bytes([luminance[0] << 4 | luminance[1]]) + data[at + 1 :]


PHOTOS = {name: data for name, (data, _) in GOOD.items()}
for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
    PHOTOS[f"{mode}.png"] = encoded("PNG", picture(mode))
PALETTE = picture("RGB").quantize(4)
STILL = encoded("GIF", picture())
SQUARE = [encoded("JPEG", picture(size=(64, 64)), subsampling=subsampling) for subsampling in (1, 2)]
PHOTOS.update(
    {
        "clear_palette.png": encoded("PNG", PALETTE, transparency=b"\0\x80\xff"),
        "two_bits.png": encoded("PNG", PALETTE, bits=2),
        "clear_colour.png": encoded("PNG", picture(), transparency=(1, 2, 3)),
        "large_canvas.gif": STILL[:6] + b"\x40\0\x40\0" + STILL[10:],
        "small_canvas.gif": STILL[:6] + b"\4\0\4\0" + STILL[10:],
        "colour.bmp": encoded("BMP", picture()),
        "alpha.bmp": encoded("BMP", picture("RGBA")),
        "halved_down.jpg": with_sampling(SQUARE[0], (1, 2)),
        "quartered.jpg": with_sampling(SQUARE[1], (4, 1)),
        "stored_as_rgb.jpg": encoded("JPEG", picture(), keep_rgb=True),
        "turned.jpg": encoded("JPEG", picture(), exif=b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"),
    }
)


@pytest.mark.parametrize("name", sorted(PHOTOS))
def test_photo_of_any_kind_is_decoded_as_by_tensorflow(name):
    np.testing.assert_array_equal(decode(PHOTOS[name], name), by_tensorflow(PHOTOS[name]))


@settings(max_examples=150, deadline=None)
@given(
    size=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    subsampling=st.sampled_from([0, 1, 2]),
    quality=st.integers(1, 100),
    mode=st.sampled_from(["L", "RGB"]),
    progressive=st.booleans(),
)
def test_any_jpeg_is_decoded_as_by_tensorflow(size, subsampling, quality, mode, progressive):
    data = encoded(
        "JPEG", picture(mode, size, quality), subsampling=subsampling, quality=quality, progressive=progressive
    )
    np.testing.assert_array_equal(decode(data, "photo.jpg"), by_tensorflow(data))


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(sorted(PHOTOS)), draws=st.data())
def test_damaged_photo_is_decoded_or_a_bad_photo(name, draws):
    data = bytearray(PHOTOS[name])
    for _ in range(draws.draw(st.integers(1, 4))):
        data[draws.draw(st.integers(0, len(data) - 1))] = draws.draw(st.integers(0, 255))
    try:
        assert decode(bytes(data), name).dtype == np.uint8
    except BadPhoto as error:
        assert str(error).startswith(name) and "\n" not in str(error)


@pytest.mark.shared
def test_real_photos_are_decoded_as_by_tensorflow(shared_data):
    paths = sorted(shared_data.glob("flower_photos/*/*.jpg")) + sorted(shared_data.glob("graphs/fruits/samples/*.jpg"))
    assert len(paths) == 688
    for path in paths:
        data = path.read_bytes()
        np.testing.assert_array_equal(decode(data, str(path)), by_tensorflow(data), str(path))

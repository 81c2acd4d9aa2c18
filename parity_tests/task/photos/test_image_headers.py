"""Every kind of bad photo is named, every good one passes, and no bytes break it."""

import base64
import glob
import io
import os
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from poets.migrate.task.photos.image_headers import (
    MAX_PIXELS,
    PHOTO_EXTENSIONS,
    BadPhoto,
    PhotoHeader,
    check_photo,
    read_photo,
)

# 8 x 8 grey, made by libjpeg-turbo's `jpegtran -arithmetic`; TF 1.15.5, 2.6.2 and 2.21.0 decode such files exactly
ARITHMETIC = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6j"
    "q62rZ4C8ybqmx5moq6T/yQALCAAIAAgBAREA/8wABgAQEAX/2gAIAQEAAD8AdKFxoP/Z"
)


def picture(mode="RGB", size=(16, 12)):
    pixels = np.random.RandomState(7).randint(0, 256, (size[1], size[0], 3)).astype(np.uint8)
    return Image.fromarray(pixels).convert(mode)


def encoded(kind, image=None, **options):
    file = io.BytesIO()
    (image or picture()).save(file, kind, **options)
    return file.getvalue()


def bmp(bits=24, compression=0, size=(8, 4), extra=b"", cut=0):
    pixels = bytes((size[0] * bits + 31) // 32 * 4 * abs(size[1]))
    header = struct.pack("<IiiHHIIiiII", 40, size[0], size[1], 1, bits, compression, len(pixels), 0, 0, 0, 0)
    data = b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + header + pixels + extra
    return data[: len(data) - cut]


def patched(data, at, new):
    return data[:at] + new + data[at + len(new) :]


def jpeg_frame(data):
    return data.index(b"\xff\xc0")


def animation(kind):
    return encoded(kind, save_all=True, append_images=[picture().rotate(180)])


JPEG = encoded("JPEG")
PNG = encoded("PNG")
GIF = encoded("GIF")
FRAME = b",\0\0\0\0\x10\0\x0c"  # the beginning of its image descriptor
SOF = jpeg_frame(JPEG)
GOOD = {
    "grey.jpg": (encoded("JPEG", picture("L")), PhotoHeader("jpeg", 16, 12, 1, 8, 1)),
    "colour.JPEG": (JPEG, PhotoHeader("jpeg", 16, 12, 3, 8, 1)),
    "progressive.jpg": (encoded("JPEG", progressive=True), PhotoHeader("jpeg", 16, 12, 3, 8, 1)),
    "arithmetic.jpg": (ARITHMETIC, PhotoHeader("jpeg", 8, 8, 1, 8, 1)),
    "trailing.jpg": (JPEG + b"garbage\xff\xd8\0", PhotoHeader("jpeg", 16, 12, 3, 8, 1)),
    "thumbnail.jpg": (
        JPEG[:2] + b"\xff\xe1" + struct.pack(">H", len(JPEG) + 2) + JPEG + JPEG[2:],
        PhotoHeader("jpeg", 16, 12, 3, 8, 1),
    ),
    "fill_bytes.jpg": (JPEG[:2] + b"\xff\xff" + JPEG[2:], PhotoHeader("jpeg", 16, 12, 3, 8, 1)),
    "colour.png": (PNG, PhotoHeader("png", 16, 12, 3, 8, 1)),
    "alpha.png": (encoded("PNG", picture("RGBA")), PhotoHeader("png", 16, 12, 4, 8, 1)),
    "grey_alpha.png": (encoded("PNG", picture("LA")), PhotoHeader("png", 16, 12, 2, 8, 1)),
    "palette.PNG": (encoded("PNG", picture("P")), PhotoHeader("png", 16, 12, 1, 8, 1)),
    "one_bit.png": (encoded("PNG", picture("1")), PhotoHeader("png", 16, 12, 1, 1, 1)),
    "still.gif": (GIF, PhotoHeader("gif", 16, 12, 1, 8, 1)),
    "true_colour.bmp": (bmp(), PhotoHeader("bmp", 8, 4, 3, 8, 1)),
    "with_alpha.bmp": (bmp(32), PhotoHeader("bmp", 8, 4, 4, 8, 1)),
    "top_down.bmp": (bmp(size=(8, -4)), PhotoHeader("bmp", 8, 4, 3, 8, 1)),
    "no_extension": (PNG, PhotoHeader("png", 16, 12, 3, 8, 1)),
}
BAD = {
    "empty.jpg": (b"", "empty"),
    "page.jpg": (b"\n<!DOCTYPE html><html>", "HTML page"),
    "pointer.jpg": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "Git LFS pointer"),
    "note.png": ("BMW und andere Wörter, gar kein Bild".encode("utf-8"), "text"),
    "webp.jpg": (b"RIFF\x10\0\0\0WEBPVP8 ", "WebP"),
    "tiff.jpg": (encoded("TIFF"), "TIFF"),
    "heic.jpg": (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
    "avif.jpg": (b"\0\0\0\x18ftypavif\0\0\0\0", "AVIF"),
    "paper.jpg": (b"%PDF-1.7", "PDF"),
    "zeros.jpg": (bytes(4096), "zero bytes"),
    "noise.jpg": (bytes(range(1, 200)), "not a JPEG, PNG, GIF or BMP"),
    "no_eoi.jpg": (JPEG[:-2], "cut short"),
    "half.jpg": (JPEG[: len(JPEG) // 2], "cut short"),
    "half_with_thumbnail.jpg": (GOOD["thumbnail.jpg"][0][:-40], "cut short"),
    "half_then_another.jpg": (JPEG[:-40] + JPEG, "cut short"),
    "no_iend.png": (PNG[:-12], "cut short"),
    "half.png": (PNG[: len(PNG) // 2], "cut short"),
    "no_trailer.gif": (GIF[:-1], "cut short"),
    "half.gif": (GIF[: len(GIF) // 2], "cut short"),
    "short.bmp": (bmp(cut=5), "cut short"),
    "header.bmp": (bmp()[:30], "cut short"),
    "longer.bmp": (bmp(extra=b"\0\0"), "2 bytes after its pixels"),
    "cmyk.jpg": (encoded("JPEG", picture("CMYK")), "CMYK"),
    "two.jpg": (patched(JPEG, SOF + 9, b"\2"), "2 components"),
    "deep.png": (encoded("PNG", Image.fromarray(np.full((8, 8), 40000, np.uint16))), "16 bits"),
    "clear.gif": (GIF.replace(FRAME, b"!\xf9\x04\1\0\0\0\0" + FRAME), "transparent colour"),
    "moving.gif": (animation("GIF"), "animation (2 frames)"),
    "moving.png": (animation("PNG"), "APNG"),
    "huge.jpg": (patched(JPEG, SOF + 5, b"\xff\xff\xff\xff"), "65535 x 65535"),
    "huge.gif": (patched(GIF, 6, b"\xff\xff\xff\xff"), "65535 x 65535"),
    "huge.bmp": (patched(bmp(), 18, struct.pack("<ii", MAX_PIXELS + 1, 1)), f"{MAX_PIXELS}"),
    "photo.jpg": (PNG, "mislabelled"),
    "photo.png": (JPEG, "rename it to end in .jpeg"),
    "twelve.jpg": (patched(JPEG, SOF + 4, b"\x0c"), "12 bits"),
    "lossless.jpg": (patched(JPEG, SOF + 1, b"\xc3"), "lossless"),
    "hierarchical.jpg": (patched(JPEG, SOF + 1, b"\xc5"), "hierarchical"),
    "flat.jpg": (patched(JPEG, SOF + 5, b"\0\0"), "16 x 0 pixels"),
    "thin.bmp": (bmp(size=(8, 0)), "8 x 0 pixels"),
    "negative.bmp": (patched(bmp(), 18, struct.pack("<i", -8)), "-8 x 4 pixels"),
    "rle.bmp": (bmp(8, compression=1), "compression 1"),
    "palette.bmp": (encoded("BMP", picture("P")), "8 bits per pixel"),
    "sixteen.bmp": (bmp(16), "16 bits per pixel"),
    "masks.bmp": (bmp(32, compression=3), "compression 3"),
    "os2.bmp": (patched(bmp(), 14, b"\x0c"), "without the Windows header"),
    "damaged.png": (patched(PNG, 60, bytes([PNG[60] ^ 1])), "damaged (checksum"),
    "header_only.jpg": (JPEG[: JPEG.index(b"\xff\xda")] + b"\xff\xd9", "without a picture"),
    "framed.gif": (patched(GIF, GIF.index(FRAME) + 1, b"\1"), "corner of its canvas"),
}


@pytest.mark.parametrize("name", sorted(GOOD))
def test_good_photo_is_described(name):
    data, expected = GOOD[name]
    assert check_photo(data, name) == expected


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_photo_is_named_with_reason_and_remedy(name):
    data, reason = BAD[name]
    with pytest.raises(BadPhoto) as caught:
        check_photo(data, "folder/" + name)
    message = str(caught.value)
    assert message.startswith(f"folder/{name}: ")
    assert reason in message
    assert any(remedy in message for remedy in ("remove it", "rename it", "convert it", "save it"))
    assert "\n" not in message
    assert caught.value.exit_code == 2


def test_exif_rotation_does_not_matter():
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned by 90 degrees
    assert check_photo(encoded("JPEG", exif=exif.tobytes()), "turned.jpg").width == 16


def test_every_prefix_of_a_photo_is_bad():
    for name in ("colour.JPEG", "progressive.jpg", "thumbnail.jpg", "colour.png", "still.gif", "true_colour.bmp"):
        data = GOOD[name][0]
        for length in range(len(data)):
            with pytest.raises(BadPhoto):
                check_photo(data[:length], "cut." + {"colour.JPEG": "jpg"}.get(name, name.rsplit(".")[1]))


STARTS = [
    b"",
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a",
    b"BM",
    b"RIFF",
    JPEG[:SOF],
    PNG[:33],
    GIF[:13],
    bmp()[:54],
]


@given(st.sampled_from(STARTS), st.binary(max_size=300), st.sampled_from(["x", "x.jpg", "x.png", "x.gif", "x.bmp"]))
@settings(max_examples=400, deadline=None)
def test_random_bytes_are_a_bad_photo_or_a_photo(start, rest, name):
    try:
        photo = check_photo(start + rest, name)
    except BadPhoto as error:
        assert "\n" not in str(error)
    else:
        assert start and 0 < photo.width * photo.height <= MAX_PIXELS


@given(st.sampled_from(sorted(GOOD)), st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_photo_never_breaks_the_reader(name, draws):
    data = bytearray(GOOD[name][0])
    for _ in range(draws.draw(st.integers(1, 4))):
        data[draws.draw(st.integers(0, len(data) - 1))] = draws.draw(st.integers(0, 255))
    try:
        assert check_photo(bytes(data), name).frames == 1
    except BadPhoto:
        pass


def test_a_large_photo_is_checked_without_decoding_it():
    data = encoded("JPEG", Image.new("RGB", (6000, 6000)))
    tracemalloc.start()
    try:
        assert check_photo(data, "large.jpg").width == 6000
        assert tracemalloc.get_traced_memory()[1] < 10 << 20  # its pixels are 108 MB
    finally:
        tracemalloc.stop()


def test_read_photo(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(JPEG)
    assert read_photo(str(path)) == JPEG
    for other in (tmp_path, tmp_path / "missing.jpg"):
        with pytest.raises(BadPhoto, match="a regular file|No such file"):
            read_photo(str(other))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_read_photo_does_not_wait_for_a_pipe(tmp_path):
    os.mkfifo(str(tmp_path / "pipe.jpg"))
    with pytest.raises(BadPhoto, match="not a regular file"):
        read_photo(str(tmp_path / "pipe.jpg"))


def test_extensions_are_retrains_first():
    assert PHOTO_EXTENSIONS[:4] == ("jpg", "jpeg", "JPG", "JPEG")
    assert set(PHOTO_EXTENSIONS[4:]) == {"png", "PNG", "bmp", "BMP", "gif", "GIF"}


@pytest.mark.shared
def test_real_photos_all_pass(shared_data):
    paths = glob.glob(os.path.join(str(shared_data), "flower_photos", "*", "*.jpg"))
    paths += glob.glob(os.path.join(str(shared_data), "graphs", "fruits", "samples", "*.jpg"))
    assert len(paths) == 688
    assert {check_photo(read_photo(path), path).kind for path in paths} == {"jpeg"}

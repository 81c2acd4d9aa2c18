"""What kind of image a file holds, read from its headers alone: no pixels are decoded, nothing large is allocated.

The rules are TensorFlow's, found by decoding such files with TF 1.15.5, 2.6.2 and 2.21.0 (channels=3). All three
decode grey and colour JPEG, also progressive and arithmetic-coded; PNG of every colour type; GIF; and BMP of 24 bits
per pixel (of 32 too, but TF 1.15's decode_bmp then needs channels=4, see `PhotoHeader.channels`). Refused here, because
some TensorFlow refuses them or, worse, silently decodes something else:

- CMYK and YCCK JPEG (converted to RGB without a colour profile, so the colours differ from a viewer's);
- 16-bit PNG (TF drops the low byte), animated GIF (a 4-D tensor) and APNG (its first frame only);
- BMP of 8 bits (TF 1.15 refuses it, later ones read the palette index as a grey level), of 1, 4 and 16 bits,
  compressed BMP (TF 2.6+ read the codes as pixels), and any whose size is not its header's (TF 2.6+ refuse it);
- GIF whose picture does not begin at its canvas's corner (TF 1.15 refuses it) or has no colour table;
- GIF with a transparent colour: TF 1.15 shows it, 2.6 leaves uninitialized memory, 2.21 black.

An EXIF rotation is accepted and has no effect: no TensorFlow rotates the picture.
"""

import os
import re
import stat
import struct
import zlib
from typing import NamedTuple

from poets.migrate.task.errors import BadInput
from poets.migrate.task.file_formats import name_format

# retrain.py globs jpg, jpeg, JPG, JPEG, in this order; the other three kinds are ours
PHOTO_EXTENSIONS = ("jpg", "jpeg", "JPG", "JPEG", "png", "PNG", "bmp", "BMP", "gif", "GIF")

MAX_PIXELS = 89478485
"""Pillow's `Image.MAX_IMAGE_PIXELS`, 1024**3 // 4 // 3: above it, Pillow warns of a decompression bomb."""

MAX_BYTES = 54 + 4 * MAX_PIXELS
"""The size in bytes of the largest BMP accepted; a compressed photo of as many pixels is never larger."""

_KINDS = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "bmp": "bmp", "gif": "gif"}
_SAVE_AGAIN = "save it again as a baseline JPEG, or remove it"
_COPY_AGAIN = "copy or download it again, or remove it"
_MARKER = re.compile(b"\xff[^\x00\xff\xd0-\xd7]")  # FF00 is a data byte, FFD0..FFD7 restart the coder
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


class BadPhoto(BadInput):
    """Not a photo, or one that TensorFlow versions decode differently."""


class PhotoHeader(NamedTuple):
    """What an image file's headers say."""

    kind: str
    """'jpeg', 'png', 'gif' or 'bmp'."""
    width: int
    """Pixels, as TensorFlow decodes it (before any EXIF rotation)."""
    height: int
    """Pixels."""
    channels: int
    """Samples per pixel as stored: 1 grey or palette, 2 grey and alpha, 3 colour, 4 colour and alpha."""
    bit_depth: int
    """Bits per sample as stored, 1 to 8; with a palette, bits per index."""
    frames: int
    """Pictures in the file; always 1 in an accepted photo."""


def read_photo(path: str) -> bytes:
    """Read a photo's bytes.

    Raises:
        BadPhoto: no such file, not a regular file, not readable, or too large to be a photo (over `MAX_BYTES`).
    """
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):  # opening a named pipe would wait for ever
            raise BadPhoto(f"{path}: not a regular file; name an image file")
        if status.st_size > MAX_BYTES:
            raise BadPhoto(f"{path}: {status.st_size} bytes are too many for a photo; scale it down or remove it")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise BadPhoto(f"{path}: cannot be read ({error.strerror or error}); check the path and its permissions")


def check_photo(data: bytes, name: str, any_name: bool = False) -> PhotoHeader:
    """Say what an image file holds, or why it cannot be used.

    Args:
        data: bytes, the whole file.
        name: str, the file's name or path: for messages; its extension must match the content.
        any_name: bool, whether the extension may be another, as TensorFlow itself goes by the content.

    Returns:
        PhotoHeader.

    Raises:
        BadPhoto: one line naming the file, the problem and the remedy. Corrupt compressed pixels are detected here only
            in a PNG, whose checksums are verified; the decoder may still refuse such a file.
    """
    for start, reader in ((b"\xff\xd8\xff", _jpeg), (b"\x89PNG\r\n\x1a\n", _png), (b"GIF8", _gif), (b"BM", _bmp)):
        if data.startswith(start):
            kind = reader.__name__[1:]
            if kind == "bmp" and name_format(data) != "a BMP image":
                break  # a text file may begin with BM
            _check_extension("" if any_name else name, kind)
            return _usable(reader(data, name), name)
    if not data:
        raise BadPhoto(f"{name}: is empty (0 bytes); {_COPY_AGAIN}")
    found = name_format(data)
    what = f"is {found}, not a JPEG, PNG, GIF or BMP image" if found else "is not a JPEG, PNG, GIF or BMP image"
    raise BadPhoto(f"{name}: {what}; replace or remove it")


def _check_extension(name: str, kind: str) -> None:
    extension = os.path.splitext(name)[1][1:].lower()
    if _KINDS.get(extension, kind) != kind:
        raise BadPhoto(f"{name}: is mislabelled, its content is a {kind.upper()} image; rename it to end in .{kind}")


def _usable(photo: PhotoHeader, name: str) -> PhotoHeader:
    if photo.width <= 0 or photo.height <= 0:
        raise _refusal(name, photo.kind, f"with {int(photo.width)} x {int(photo.height)} pixels", _SAVE_AGAIN)
    if photo.width * photo.height > MAX_PIXELS:
        size = f"of {int(photo.width)} x {int(photo.height)} pixels, more than the {int(MAX_PIXELS)} allowed"
        raise _refusal(name, photo.kind, size, "scale it down or remove it")
    return photo


def _refusal(name: str, kind: str, what: str, remedy: str) -> BadPhoto:
    return BadPhoto(f"{name}: is a {kind.upper()} {what}; {remedy}")


def _truncated(name: str, kind: str, missing: str) -> BadPhoto:
    return _refusal(name, kind, f"that is cut short ({missing})", _COPY_AGAIN)


def _damaged(name: str, kind: str, where: str) -> BadPhoto:
    return _refusal(name, kind, f"that is damaged ({where})", _COPY_AGAIN)


def _jpeg(data: bytes, name: str) -> PhotoHeader:
    """Walk ITU T.81's marker segments to the frame header and through the scans to EOI; bytes after EOI are ignored."""
    at, photo, scans = 2, None, 0
    while True:
        # like libjpeg, skip bytes that are no marker, between segments and inside a scan
        found = _MARKER.search(data, at)
        if found is None or found.group() == b"\xff\xd8":  # a second SOI: another file begins before this one ended
            raise _truncated(name, "jpeg", "no end-of-image marker")
        marker, at = found.group()[1], found.end()
        if marker == 0xD9:
            break
        if marker == 0x01:  # TEM has no length
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        if len(data) < at + max(length, 2):
            raise _truncated(name, "jpeg", "no end-of-image marker")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC) and photo is None:
            photo = _usable(_jpeg_frame(data[at : at + length], marker, name), name)
        scans += marker == 0xDA
        at += max(length, 2)
    if photo is None or not scans:
        raise _refusal(name, "jpeg", "without a picture in it", _COPY_AGAIN)
    return photo


def _jpeg_frame(header: bytes, marker: int, name: str) -> PhotoHeader:
    # every TensorFlow tried decodes arithmetic coding (SOF9, SOF10) exactly; 3, 7, 11, 15 are lossless and the rest
    # hierarchical, which libjpeg-turbo does not support
    if marker not in (0xC0, 0xC1, 0xC2, 0xC9, 0xCA):
        process = "lossless" if marker & 3 == 3 else "hierarchical"
        raise _refusal(name, "jpeg", f"with {process} coding, which TensorFlow cannot decode", _SAVE_AGAIN)
    if len(header) < 8:
        raise _refusal(name, "jpeg", "with a damaged frame header", _COPY_AGAIN)
    depth, height, width, channels = struct.unpack(">BHHB", header[2:8])
    if depth != 8:
        raise _refusal(name, "jpeg", f"of {int(depth)} bits per sample, which TensorFlow cannot decode", _SAVE_AGAIN)
    if channels == 4:
        raise _refusal(name, "jpeg", "in CMYK or YCCK (4 components, for print)", "convert it to RGB")
    if channels not in (1, 3):
        raise _refusal(name, "jpeg", f"with {int(channels)} components, neither grey nor colour", _SAVE_AGAIN)
    return PhotoHeader("jpeg", width, height, channels, depth, 1)


def _png(data: bytes, name: str) -> PhotoHeader:
    """Walk the chunks (PNG specification, section 5) from IHDR to IEND, with the checksums of the critical ones."""
    at, photo, pixels = 8, None, False
    while True:
        if len(data) < at + 12:
            raise _truncated(name, "png", "no IEND chunk")
        (length,) = struct.unpack_from(">I", data, at)
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if len(data) < end:
            raise _truncated(name, "png", "no IEND chunk")
        critical = not kind[0] & 0x20
        if critical and zlib.crc32(memoryview(data)[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise _damaged(name, "png", f"checksum of the chunk at byte {at}")
        if (kind == b"IHDR") != (photo is None):
            raise _damaged(name, "png", "its header is not where it should be")
        if kind == b"IHDR":
            photo = _usable(_png_header(data[at + 8 : end - 4], name), name)
        elif critical and kind not in (b"PLTE", b"IDAT", b"IEND"):
            raise _damaged(name, "png", f"unknown critical chunk at byte {at}")
        elif kind == b"acTL":
            raise _refusal(name, "png", "with an animation (APNG)", "save one frame of it, or remove it")
        elif kind == b"IEND":
            break
        pixels = pixels or (kind == b"IDAT" and length > 0)
        at = end
    if not pixels or photo is None:
        raise _refusal(name, "png", "without a picture in it", _COPY_AGAIN)
    return photo


def _png_header(header: bytes, name: str) -> PhotoHeader:
    if len(header) != 13:
        raise _refusal(name, "png", "with a damaged header", _COPY_AGAIN)
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", header)
    if depth not in _PNG_DEPTHS.get(colour, ()) or compression or filtering or interlace > 1:
        raise _damaged(name, "png", f"depth {int(depth)} with colour type {int(colour)} is impossible")
    if depth == 16:
        what = "of 16 bits per sample, of which TensorFlow would drop 8"
        raise _refusal(name, "png", what, "save it with 8 bits per sample")
    return PhotoHeader("png", width, height, _PNG_CHANNELS[colour], depth, 1)


def _gif(data: bytes, name: str) -> PhotoHeader:
    """Walk the blocks of GIF87a/89a, count image descriptors, read the first: TF decodes to the frame's size."""
    if len(data) < 13:
        raise _truncated(name, "gif", "no header")
    canvas = struct.unpack_from("<HH", data, 6)
    # a canvas of 0 x 0 is usual and takes the frame's size
    _usable(PhotoHeader("gif", max(canvas[0], 1), max(canvas[1], 1), 3, 8, 1), name)
    at, frames, photo, clear = 13 + _gif_colours(data[10]), 0, None, False
    while True:
        block = data[at : at + 1]
        if block == b";":
            break
        if block == b",":
            frames += 1
            if len(data) < at + 11:
                raise _truncated(name, "gif", "no trailer")
            photo = photo or _usable(_gif_frame(data, at, name), name)
            at = _gif_end(data, at + 11 + _gif_colours(data[at + 9]), name)
        elif block == b"!":
            clear = clear or (data[at + 1 : at + 2] == b"\xf9" and len(data) > at + 3 and bool(data[at + 3] & 1))
            at = _gif_end(data, at + 2, name)
        elif block:
            raise _damaged(name, "gif", f"no block at byte {int(at)}")
        else:
            raise _truncated(name, "gif", "no trailer")
    if frames != 1 or photo is None:
        what = f"with an animation ({frames} frames)" if frames else "without a picture in it"
        raise _refusal(name, "gif", what, "save one frame of it, or remove it")
    if clear:
        raise _refusal(
            name, "gif", "with a transparent colour, which TensorFlow versions decode differently", _SAVE_AGAIN
        )
    return photo


def _gif_frame(data: bytes, at: int, name: str) -> PhotoHeader:
    left, top, width, height, flags = struct.unpack_from("<HHHHB", data, at + 1)
    if left or top:
        raise _refusal(name, "gif", "whose picture does not begin at the corner of its canvas", _SAVE_AGAIN)
    if not (flags | data[10]) & 0x80:
        raise _refusal(name, "gif", "without a colour table", _SAVE_AGAIN)
    depth = (flags if flags & 0x80 else data[10]) & 7
    return PhotoHeader("gif", width, height, 1, depth + 1, 1)


def _gif_colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_end(data: bytes, at: int, name: str) -> int:
    while at < len(data):
        if not data[at]:
            return at + 1
        at += 1 + data[at]
    raise _truncated(name, "gif", "no trailer")


def _bmp(data: bytes, name: str) -> PhotoHeader:
    """Read a Windows BMP's header and compare the file's size with it, as TF 2.6 and later do."""
    if len(data) < 54:
        raise _truncated(name, "bmp", f"its header needs 54 bytes, but the file has {len(data)}")
    offset, header, width, height, _, bits, compression = struct.unpack_from("<IIiiHHI", data, 10)
    if header < 40 or offset < 54:
        raise _refusal(name, "bmp", "without the Windows header that TensorFlow needs", _SAVE_AGAIN)
    photo = _usable(PhotoHeader("bmp", width, abs(height), bits // 8, 8, 1), name)
    if bits not in (24, 32) or compression:
        what = "of %d bits per pixel, compression %d; all TensorFlow versions decode only uncompressed 24 and 32 bits"
        raise _refusal(name, "bmp", what % (bits, compression), _SAVE_AGAIN)
    expected = offset + (bits * width + 31) // 32 * 4 * abs(height)
    if len(data) < expected:
        raise _truncated(name, "bmp", f"its header says {int(expected)} bytes, but the file has {len(data)}")
    if len(data) > expected:
        what = f"with {int(len(data) - expected)} bytes after its pixels, which TensorFlow refuses"
        raise _refusal(name, "bmp", what, _SAVE_AGAIN)
    return photo

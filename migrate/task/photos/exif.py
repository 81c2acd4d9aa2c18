"""The orientation that a camera notes in a JPEG (EXIF 2.3, tag 0x0112). No TensorFlow turns a photo by it."""

import struct
from typing import Callable, List

UPRIGHT = 1
ORIENTATION = 0x0112
SEEN = 256 << 10  # bytes of a file that are looked at; EXIF comes first


def orientation(data: bytes) -> int:
    """1 to 8; 1, upright, if the file is no JPEG, or does not say, or says nonsense."""
    at = 2
    if not data.startswith(b"\xff\xd8"):
        return UPRIGHT
    while data[at : at + 1] == b"\xff" and len(data) >= at + 4 and at < SEEN:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            return _of_tiff(data[at + 10 : at + 2 + length])
        if marker in (0xDA, 0xD9) or length < 2:
            break
        at += 2 + length
    return UPRIGHT


def _of_tiff(tiff: bytes) -> int:
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return UPRIGHT
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for place in range(count):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, start + 2 + 12 * place)
            if tag == ORIENTATION:
                return value if kind == 3 and 1 <= value <= 8 else UPRIGHT
    except struct.error:
        pass  # cut short
    return UPRIGHT


def warn_of_turned(turned: List[str], warn: Callable[[str], None]) -> None:
    """One warning for all photos that are stored turned."""
    if turned:
        many = f"{len(turned)} photos are" if len(turned) > 1 else "1 photo is"
        warn(
            f"{many} stored turned (EXIF orientation), the first {turned[0]}: used as stored, as in TensorFlow 1; turn "
            "the pixels themselves if that matters"
        )

"""IDX, the file format of MNIST: a magic number, the sizes, then the bytes; often gzipped."""

import gzip
import os
import zlib

import numpy as np

from poets.migrate.task.errors import BadInput
from poets.migrate.task.file_formats import name_format

UBYTE = 8  # third byte of the magic number: the element type; MNIST uses only this one
MAX_BYTES = 1 << 30  # limit per array; MNIST's largest has 47 million


def read_idx(path: str, dimensions: int) -> np.ndarray:
    """The array in an IDX file of unsigned bytes, uint8, gzipped or not, whatever its file name.

    Args:
        path: str.
        dimensions: int, the required number of dimensions: 3 for images, 1 for labels.

    Raises:
        BadInput: the file cannot be read, is not such an IDX file, or is empty, truncated or too long.
    """
    data = _contents(path)
    start = 4 + 4 * dimensions
    if len(data) < 4 or data[:2] != b"\0\0":
        raise BadInput(
            f"{path} is not an IDX file but {name_format(data) or 'of another format'}; an IDX file starts with "
            "two zero bytes"
        )
    if data[2] != UBYTE or data[3] != dimensions:
        raise BadInput(
            f"{path}: magic number 0x{data[:4].hex()}; an IDX file of {dimensions} dimensions of unsigned bytes "
            f"has 0x0000{UBYTE:02x}{dimensions:02x}"
        )
    if len(data) < start:
        raise BadInput(f"{path} is cut short: it ends after {len(data)} bytes, within its sizes")
    sizes = [int(size) for size in np.frombuffer(data, ">u4", dimensions, 4)]
    expected = 1
    for size in sizes:  # Python integers, as numpy's would overflow on garbage sizes
        expected *= size
    if not expected:
        raise BadInput(f"{path} is empty: its sizes are {' x '.join(map(str, sizes))}")
    expected += start
    if len(data) != expected:
        raise BadInput(
            f"{path} is {'cut short' if len(data) < expected else 'too long'}: its sizes "
            f"{' x '.join(map(str, sizes))} need {expected} bytes, but it has {len(data)}"
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(sizes)


def _contents(path: str) -> bytes:
    """The file's unpacked bytes, at most `MAX_BYTES`."""
    try:
        with open(path, "rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (EOFError, zlib.error) as error:
        raise BadInput(f"{path}: its gzip archive is broken or cut short ({error})")
    except OSError as error:  # gzip's error for a bad checksum has no strerror
        raise BadInput(f"cannot read {os.path.abspath(path)}: {error.strerror or error}")
    if len(data) > MAX_BYTES:
        raise BadInput(f"{path} holds more than {MAX_BYTES} bytes, more than any of MNIST's files")
    return data

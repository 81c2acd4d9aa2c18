"""The beginner lab's data: small grey pictures in ten classes, from Keras's mnist.npz or a folder of IDX files."""

import os
from typing import Callable, Dict, NamedTuple, Optional

import numpy as np

from poets.migrate.lab.idx import read_idx
from poets.migrate.task.cache_folder import cache_dir
from poets.migrate.task.errors import BadInput
from poets.migrate.task.file_formats import name_format
from poets.migrate.task.networks.downloads import fetch

SIDE = 28  # pixels
CLASSES = 10

# The address, checksum and size from keras.datasets.mnist.
URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
BYTES = 11490434

ARRAYS = ("x_train", "y_train", "x_test", "y_test")  # as mnist.npz names them
IDX_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


class Digits(NamedTuple):
    images: np.ndarray
    """uint8 [N, 28, 28], to train on."""
    labels: np.ndarray
    """int32 [N], 0..9."""
    test_images: np.ndarray
    """uint8 [T, 28, 28]."""
    test_labels: np.ndarray
    """int32 [T]."""


def read_digits(path: str) -> Digits:
    """Read ``path``: an .npz file like Keras's, or a folder of IDX files, gzipped or not.

    Raises:
        BadInput: it is neither, or its arrays do not match the task or each other.
    """
    if os.path.isdir(path):
        arrays = {
            name: read_idx(_idx_file(path, file), 3 if name.startswith("x") else 1)
            for name, file in zip(ARRAYS, IDX_FILES)
        }
    elif os.path.exists(path):
        arrays = _read_npz(path)
    else:
        raise BadInput(f"--data: no file or folder '{path}' here")
    for part in ("train", "test"):
        _check(path, part, arrays["x_" + part], arrays["y_" + part])
    return Digits(
        arrays["x_train"].astype(np.uint8),
        arrays["y_train"].astype(np.int32),
        arrays["x_test"].astype(np.uint8),
        arrays["y_test"].astype(np.int32),
    )


def download(progress: Optional[Callable[[int, Optional[int]], None]] = None) -> str:
    """The path of Keras's mnist.npz in the user's cache, downloaded if missing.

    Raises:
        CannotFetch: no network, or the download is not that file.
        BadInput: the cache cannot be written.
    """
    path = os.path.join(cache_dir(), "mnist.npz")
    if not os.path.exists(path):
        fetch(URL, path, SHA256, BYTES, progress)
    return path


def _idx_file(folder: str, name: str) -> str:
    for found in (os.path.join(folder, name), os.path.join(folder, name + ".gz")):
        if os.path.exists(found):
            return found
    raise BadInput(f"--data: {folder} has neither {name} nor {name}.gz; MNIST's four files are {', '.join(IDX_FILES)}")


def _read_npz(path: str) -> Dict[str, np.ndarray]:
    try:
        with open(path, "rb") as file:
            start = file.read(512)
    except OSError as error:
        raise BadInput(f"--data: cannot read {path}: {error.strerror or error}")
    if not start.startswith(b"PK"):
        raise BadInput(
            f"--data: {path} is not an .npz file but {name_format(start) or 'of another format'}; give mnist.npz or a "
            "folder of IDX files"
        )
    try:
        # opened here, as numpy does not close a corrupt archive
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as found:
            missing = [name for name in ARRAYS if name not in found.files]
            if missing:
                raise BadInput(
                    f"--data: {path} has no array {' and no '.join(missing)}; it has "
                    f"{', '.join(found.files[:8]) or 'none'}"
                )
            return {name: np.asarray(found[name]) for name in ARRAYS}
    except BadInput:
        raise
    except Exception as error:  # zipfile, zlib and numpy's header parser raise a dozen types for corrupt files
        reason = str(error).split("\n")[0] or "cut short"
        raise BadInput(f"--data: {path} is a broken .npz file ({reason})")


def _check(path: str, part: str, images: np.ndarray, labels: np.ndarray) -> None:
    """Raise BadInput unless these are 28 x 28 grey pictures, each with a label 0 to 9."""
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
        raise BadInput(
            f"--data: {path}: the {part} images are {' x '.join(map(str, images.shape))}; the lab takes N x {SIDE} "
            f"x {SIDE}"
        )
    if not len(images) or labels.shape != (len(images),):
        raise BadInput(f"--data: {path}: {len(images)} {part} images, but labels {list(labels.shape)}")
    for name, array, limit in (("images", images, 256), ("labels", labels, CLASSES)):
        if array.dtype.kind not in "iu" or array.min() < 0 or array.max() >= limit:
            are = f"{int(array.min())} to {int(array.max())}" if array.dtype.kind in "iu" else array.dtype
            raise BadInput(f"--data: {path}: the {part} {name} must be whole numbers 0 to {limit - 1}; they are {are}")

"""The painted flowers of the embedded default, painted once into the user's cache."""

import os

import PIL

from poets.migrate.demo.flowers import KINDS, paint_flowers
from poets.migrate.task.cache_folder import cache_dir

PHOTOS_PER_CLASS = 80
SEED = 0
EDITION = "1"  # change it whenever the output of `paint_flowers` changes


def flowers_folder() -> str:
    """The folder of the embedded flowers, painted if missing.

    Raises:
        BadInput: the cache folder cannot be written.
    """
    name = f"flowers-{EDITION}-{SEED}-{PHOTOS_PER_CLASS}-pillow{PIL.__version__}"
    folder = os.path.join(cache_dir(), name)
    if not all(os.path.isdir(os.path.join(folder, kind)) for kind in KINDS):
        paint_flowers(folder, PHOTOS_PER_CLASS, SEED)
    return folder

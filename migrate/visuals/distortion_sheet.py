"""`--show_distortions`: one picture that shows the effect of the distortions on some photos, before training."""

from typing import Callable, Dict

import numpy as np
from PIL import Image

from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable, whole_file
from poets.migrate.task.photos.distortions import NONE, Distortions, draw_distortions
from poets.migrate.task.photos.image_lists import ImageLists, of_split

COLUMNS = 8  # pictures per photo: the original, then distorted
ROWS = 20  # classes at most
MARGIN = 4  # pixels
PAPER = (250, 249, 246)


def check_sheet(path: str, distortions: Distortions) -> None:
    """Raise BadInput now if the sheet cannot be written, or there is nothing to show."""
    if distortions == NONE:
        raise BadInput(
            "--show_distortions: there are no distortions; give --flip_left_right, --random_crop, --random_scale or "
            "--random_brightness"
        )
    check_writable(path, "--show_distortions")


def write_sheet(
    path: str,
    lists: ImageLists,
    distortions: Distortions,
    size: int,
    seed: int,
    distorted: Callable[[int, np.ndarray], np.ndarray],
) -> None:
    """Write a PNG: one row per class with its first training photo, original and then distorted.

    Args:
        path: str.
        lists: ImageLists.
        distortions: Distortions.
        size: int, S.
        seed: int, of the run.
        distorted: (photo's index, float64 [5]) -> float32 [S, S, 3], 0..255, or more where brightened.
    """
    first: Dict[int, int] = {}  # class -> photo
    for index in of_split(lists, "training"):
        first.setdefault(lists.photos[index].label, index)
    rows = [first[label] for label in sorted(first)[:ROWS]]
    draws = draw_distortions(distortions, len(rows), COLUMNS, size, [seed, 4])
    draws[:, 0] = (size, 0, 0, 0, 1)
    step = size + MARGIN
    sheet = Image.new("RGB", (COLUMNS * step + MARGIN, len(rows) * step + MARGIN), PAPER)
    for row, index in enumerate(rows):
        for column, draw in enumerate(draws[row]):
            pixels = np.clip(np.rint(distorted(index, draw)), 0, 255).astype(np.uint8)
            sheet.paste(Image.fromarray(pixels), (MARGIN + column * step, MARGIN + row * step))
    with whole_file(path) as temporary:
        sheet.save(temporary, format="PNG")

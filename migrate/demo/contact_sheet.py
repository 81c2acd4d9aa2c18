"""One picture of a whole folder of classes: a row per class, with its name above."""

import os

from PIL import Image, ImageDraw, ImageFont, ImageOps

from poets.migrate.demo.flowers import SHEET_NAME, paint_flowers
from poets.migrate.demo.painting.resampling import BICUBIC
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import whole_file

PHOTO_NAMES = (".jpg", ".jpeg", ".png", ".bmp", ".gif")
MARGIN, CAPTION = 6, 20
PAPER, TEXT = (250, 249, 246), (40, 40, 40)


def show_flowers(directory, photos_per_class=40, seed=0, columns=10):
    """Paint the flowers into ``directory`` and write ``contact_sheet.png`` beside the classes.

    Args:
        directory: str, the target folder; see `poets.migrate.demo.flowers.paint_flowers`.
        photos_per_class: int, how many of each kind to paint. Defaults to 40.
        seed: int. Defaults to 0.
        columns: int, photos per row of the sheet. Defaults to 10.

    Returns:
        str, the path of the contact sheet.

    Raises:
        BadInput: as `paint_flowers`.
    """
    paint_flowers(directory, photos_per_class, seed)
    return write_contact_sheet(directory, os.path.join(directory, SHEET_NAME), columns)


def write_contact_sheet(directory, path, columns=10, rows=2, tile=96):
    """Write a picture of the first ``columns * rows`` photos of every class in ``directory``.

    Args:
        directory: str, a folder with one folder of photos per class.
        path: str, the picture's path, ending in ``.png`` or ``.jpg``.
        columns: int, photos per row. Defaults to 10.
        rows: int, the most rows per class. Defaults to 2.
        tile: int, pixels per side that each photo is fitted into. Defaults to 96.

    Returns:
        str, the path as given.

    Raises:
        BadInput: no photo in any class, a photo that cannot be read, or a path that cannot be written.
    """
    classes = [(name, photos[: columns * rows]) for name, photos in _photos_by_class(directory) if photos]
    if not classes:
        raise BadInput(f"{directory} has no folder with photos in it; nothing to show")
    lines = [(len(photos) + columns - 1) // columns for _, photos in classes]
    widest = min(columns, max(len(photos) for _, photos in classes))
    step = tile + MARGIN
    sheet = Image.new("RGB", (widest * step + MARGIN, sum(lines) * step + len(classes) * CAPTION + MARGIN), PAPER)
    top = MARGIN
    for (name, photos), count in zip(classes, lines):
        ImageDraw.Draw(sheet).text((MARGIN, top + 3), name, fill=TEXT, font=ImageFont.load_default())
        top += CAPTION
        for k, photo in enumerate(photos):
            sheet.paste(_thumbnail(photo, tile), (MARGIN + k % columns * step, top + k // columns * step))
        top += count * step
    with whole_file(path) as temporary:
        sheet.save(temporary, format="JPEG" if path.lower().endswith((".jpg", ".jpeg")) else "PNG")
    return path


def _photos_by_class(directory):
    if not os.path.isdir(directory):
        raise BadInput(f"{directory} is not a folder; give one with a folder of photos for each class")
    for name in sorted(os.listdir(directory)):
        folder = os.path.join(directory, name)
        if os.path.isdir(folder):
            photos = [photo for photo in sorted(os.listdir(folder)) if photo.lower().endswith(PHOTO_NAMES)]
            yield name, [os.path.join(folder, photo) for photo in photos]


def _thumbnail(path, tile):
    try:
        with Image.open(path) as photo:
            return ImageOps.fit(photo.convert("RGB"), (tile, tile), BICUBIC)
    except (OSError, ValueError) as error:
        raise BadInput(f"cannot read the photo {path}: {error}")

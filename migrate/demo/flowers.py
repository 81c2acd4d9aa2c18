"""Paints the five kinds of flowers of the embedded default: no download, the same photos every time.

A photo depends only on (seed, kind, index): the same three give the same bytes (with the same Pillow and
numpy). Colour does not identify the kinds: there are yellow and white daisies, tulips and roses, dandelions are
yellow or white clocks, and light, cast and background vary over all of them. A nearest-mean-colour rule classifies
less than half of them correctly (tested).
"""

import math
import os
import random
import re

from PIL import ImageFilter

from poets.migrate.demo.painting.brush import Brush
from poets.migrate.demo.painting.colours import green, jitter, shade
from poets.migrate.demo.painting.outlines import petal
from poets.migrate.demo.painting.scenes import paint_scene, photograph
from poets.migrate.demo.things import flower_heads
from poets.migrate.demo.things.flower_heads import GOLD, PEACH, PINK, PURPLE, RED, WHITE, YELLOW
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import whole_folder

KINDS = {
    "daisy": (flower_heads.daisy, [WHITE, WHITE, WHITE, WHITE, YELLOW, PINK]),
    "dandelion": (flower_heads.dandelion, [YELLOW, YELLOW, GOLD, WHITE]),
    "roses": (flower_heads.rose, [RED, RED, RED, PINK, PINK, WHITE, YELLOW, PEACH]),
    "sunflowers": (flower_heads.sunflower, [YELLOW, YELLOW, GOLD, GOLD, (248, 232, 150)]),
    "tulips": (flower_heads.tulip, [RED, RED, YELLOW, PINK, PURPLE, PURPLE, WHITE]),
}
"""dict, kind to (painter of its head, possible petal colours)."""

SHEET_NAME = "contact_sheet.png"
"""str, the file beside the kinds that `poets.migrate.demo.contact_sheet.show_flowers` writes."""

OVERSIZE = 2
"""int, the scale at which a scene is painted; shrinking it smooths the edges."""


def paint_flowers(folder, photos_per_class=40, seed=0):
    """Paint ``<folder>/<kind>/<kind>_0001.jpg`` and so on; the folder appears complete or not at all.

    Args:
        folder: str, the target. An existing folder is replaced only if it is empty or holds only such photos.
        photos_per_class: int >= 1, photos per kind. Defaults to 40.
        seed: int, another seed paints other photos. Defaults to 0.

    Returns:
        str, the folder as given.

    Raises:
        BadInput: the number is below 1, or the folder holds other files or cannot be written.
    """
    if photos_per_class < 1:
        raise BadInput(f"photos per class must be at least 1. Received: {photos_per_class!r}")
    _refuse_to_replace(folder)
    with whole_folder(folder) as unfinished:
        for kind in sorted(KINDS):
            os.mkdir(os.path.join(unfinished, kind))
            for index in range(1, photos_per_class + 1):
                photo = paint_flower(kind, index, seed)
                photo.save(os.path.join(unfinished, kind, f"{kind}_{index:04}.jpg"), quality=90)
    return folder


def paint_flower(kind, index, seed=0):
    """Paint one photo: PIL.Image, RGB, each side 120 to 200 pixels.

    Args:
        kind: str, one of `KINDS`.
        index: int, which photo of that kind.
        seed: int.
    """
    rng = random.Random(f"{int(seed)}/{kind}/{int(index)}")
    size = (rng.randint(120, 200), rng.randint(120, 200))
    scene = paint_scene(rng, (OVERSIZE * size[0], OVERSIZE * size[1]))
    scene = scene.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, 0.03) * scene.size[0]))  # a shallow depth of field
    painter, colours = KINDS[kind]
    colour = jitter(rng, rng.choice(colours), 14)
    leaf_colour = green(rng)
    if rng.random() < 0.2:
        scene = _distant_blooms(scene, rng, painter, colour, leaf_colour)
    for x, y, radius in _places(rng, scene.size):
        _bloom(Brush(scene), rng, (x, y, radius), painter, jitter(rng, colour, 10), leaf_colour)
    if rng.random() < 0.3:
        _leaves_before(Brush(scene), rng, scene.size, leaf_colour)
    return photograph(rng, scene, size)


def _places(rng, size):
    """The blooms' positions: list of (x, y, radius) in pixels, the nearest last."""
    count = rng.choice([1, 1, 1, 1, 1, 1, 1, 2, 2, 3])
    short = min(size)
    if count == 1:
        return [(rng.gauss(0.5, 0.05) * size[0], rng.gauss(0.48, 0.05) * size[1], rng.uniform(0.40, 0.54) * short)]
    places = []
    for k in range(count):
        x = (k + 0.5 + rng.uniform(-0.2, 0.2)) / count * size[0]
        places.append((x, rng.uniform(0.28, 0.7) * size[1], rng.uniform(0.26, 0.36) * short))
    return sorted(places, key=lambda place: place[2])


def _bloom(brush, rng, place, painter, colour, leaf_colour):
    x, y, radius = place
    upright = painter is flower_heads.tulip
    if upright or rng.random() < 0.6:
        _stem(brush, rng, place, leaf_colour, long_leaves=upright)
    if upright:
        head = brush.at(x, y, 0.8 * radius, rng.gauss(0, 0.22))
    else:
        tilt = brush.at(x, y, radius, rng.uniform(0, math.pi), rng.uniform(0.75, 1.0))
        head = tilt.at(0, 0, 1.0, rng.uniform(0, 2 * math.pi))
    painter(head, rng, colour)


def _stem(brush, rng, place, colour, long_leaves):
    x, y, radius = place
    foot, bottom = x + rng.uniform(-0.8, 0.8) * radius, y + 8 * radius
    middle = (x + 0.2 * (foot - x), y + 3 * radius)
    brush.stroke([(x, y), middle, (foot, bottom)], max(3, 0.11 * radius), shade(colour, 0.8))
    brush.stroke([(x - 1, y), (middle[0] - 1, middle[1]), (foot, bottom)], max(1, 0.03 * radius), shade(colour, 1.2))
    for side in rng.sample([-1, 1], rng.choice([1, 2]) if long_leaves else rng.choice([0, 1])):
        reach = rng.uniform(2.0, 3.4) if long_leaves else rng.uniform(1.0, 1.7)
        root = (y + rng.uniform(2.4, 3.6) * radius) if long_leaves else y + rng.uniform(1.2, 2.2) * radius
        turn = -math.pi / 2 + side * rng.uniform(0.25, 0.6 if long_leaves else 1.2)
        leaf = brush.at(x + 0.15 * (foot - x), root, reach * radius, turn)
        _leaf(leaf, rng, colour, 0.2 if long_leaves else 0.36)


def _leaf(brush, rng, colour, width):
    shape = petal(0, 1, width, 0.9, rng.uniform(-0.15, 0.15))
    tint = shade(colour, rng.uniform(0.75, 1.15))
    brush.fill(shape, shade(tint, 0.7))
    brush.fill([(0.98 * x, 0.88 * y) for x, y in shape], tint)
    brush.stroke([(0, 0), (0.9, 0)], 0.015, shade(tint, 1.3))


def _leaves_before(brush, rng, size, colour):
    """Leaves or blades from the photo's edge, in front of the flower, hiding part of it."""
    for _ in range(rng.randint(1, 3)):
        side = rng.choice([-1, 1])
        x, y = size[0] * (0.5 + 0.55 * side), rng.uniform(0.3, 1.1) * size[1]
        turn = (math.pi if side > 0 else 0.0) - side * rng.uniform(-0.9, 0.5)
        leaf = brush.at(x, y, rng.uniform(0.25, 0.6) * min(size), turn)
        _leaf(leaf, rng, colour, rng.choice([0.1, 0.3, 0.4]))


def _distant_blooms(scene, rng, painter, colour, leaf_colour):
    for _ in range(rng.randint(2, 5)):
        place = (
            rng.uniform(0, scene.size[0]),
            rng.uniform(0.1, 0.6) * scene.size[1],
            rng.uniform(0.06, 0.12) * min(scene.size),
        )
        _bloom(Brush(scene), rng, place, painter, shade(colour, 0.9), leaf_colour)
    return scene.filter(ImageFilter.GaussianBlur(0.012 * scene.size[0]))


def _refuse_to_replace(folder):
    """Raise BadInput if files that this program did not paint would be lost."""
    if os.path.isfile(folder):
        raise BadInput(f"{folder} is a file; choose a folder for the painted flowers")
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        if name in KINDS and os.path.isdir(path):
            strange = [photo for photo in os.listdir(path) if not re.match(name + r"_\d{4,}\.jpg$", photo)]
        else:
            strange = [] if name == SHEET_NAME else [name]
        if strange:
            raise BadInput(f"{folder} holds {strange[0]}, which is not a painted flower; choose another folder")

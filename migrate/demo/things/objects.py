"""Paint things other than the five flowers: the training data of the shipped network.

Shapes, animals, fruits, plants that do not bloom, things people make, and textures. Every picture has its own
colours, background, light, size, place and rotation, so that only shape and texture identify the kinds.
"""

import math
import multiprocessing
import random
from typing import Callable, Dict

import numpy as np

from poets.migrate.demo.painting.brush import Brush
from poets.migrate.demo.painting.colours import any_colour
from poets.migrate.demo.painting.resampling import BOX
from poets.migrate.demo.painting.scenes import paint_scene, photograph
from poets.migrate.demo.things.made_things import MADE
from poets.migrate.demo.things.natural_things import NATURAL
from poets.migrate.demo.things.plain_shapes import SHAPES
from poets.migrate.demo.things.plants import PLANTS
from poets.migrate.demo.things.textures import TEXTURES

OBJECTS: Dict[str, Callable] = {}
for _painters in (SHAPES, NATURAL, PLANTS, MADE, TEXTURES):
    OBJECTS.update(_painters)

KINDS = sorted(OBJECTS)
"""list of str, the kinds in the order of their class numbers."""


def paint_object(kind, index, size=96, seed=0):
    """Paint one thing.

    Args:
        kind: str, one of `KINDS`.
        index: int, which picture of that kind.
        size: int, pixels per side. Defaults to 96.
        seed: int. Defaults to 0.

    Returns:
        PIL.Image, RGB, size x size; depends only on the four arguments.
    """
    rng = random.Random(f"{int(seed)}/{kind}/{int(index)}")
    full = 2 * size
    scene = paint_scene(rng, (full, full))
    painter, inks = OBJECTS[kind], [_standing_out(rng, scene)] + [any_colour(rng) for _ in range(3)]
    if kind in TEXTURES:
        place = (
            full / 2.0,
            full / 2.0,
            rng.uniform(0.5, 1.1) * full,
            rng.uniform(0, 2 * math.pi),
            rng.uniform(0.7, 1.0),
        )
        painter(Brush(scene).at(*place), rng, inks)
        return photograph(rng, scene, (size, size))
    turn = rng.uniform(0, 2 * math.pi) if kind in SHAPES or rng.random() < 0.3 else rng.gauss(0, 0.3)
    for _ in range(rng.choice([1, 1, 1, 1, 1, 1, 2, 3])):
        x, y = rng.gauss(0.5, 0.08) * full, rng.gauss(0.5, 0.08) * full
        tilted = Brush(scene).at(x, y, rng.uniform(0.26, 0.5) * full, rng.uniform(0, math.pi), rng.uniform(0.7, 1.0))
        painter(tilted.at(0, 0, 1.0, turn + rng.gauss(0, 0.2)), rng, inks)
    return photograph(rng, scene, (size, size))


def _standing_out(rng, scene):
    """A colour visible against the scene: 90 grey levels or more from its mean colour."""
    mean = np.asarray(scene.resize((1, 1), BOX), np.float32)[0, 0]
    colour = any_colour(rng)
    while np.linalg.norm(mean - colour) < 90:
        colour = any_colour(rng)
    return colour


def paint_objects(pictures_per_kind, size=96, seed=0, processes=2):
    """Paint pictures of every kind.

    Args:
        pictures_per_kind: int, pictures per kind.
        size: int, pixels per side. Defaults to 96.
        seed: int. Defaults to 0.
        processes: int, number of painting processes. Defaults to 2.

    Returns:
        (uint8 [N, size, size, 3], int32 [N]): the pictures and their places in `KINDS`.
    """
    tasks = [(kind, pictures_per_kind, size, seed) for kind in KINDS]
    pool = multiprocessing.Pool(processes)
    try:
        pictures = np.concatenate(pool.map(_paint_kind, tasks, chunksize=1))
    finally:
        pool.terminate()
    return pictures, np.repeat(np.arange(len(KINDS), dtype=np.int32), pictures_per_kind)


def _paint_kind(task):
    kind, count, size, seed = task
    return np.stack([np.asarray(paint_object(kind, index, size, seed)) for index in range(count)])

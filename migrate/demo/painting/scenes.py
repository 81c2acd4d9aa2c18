"""Backgrounds of the painted things, and the camera that photographs them."""

import math

import numpy as np
from PIL import Image, ImageFilter

from poets.migrate.demo.painting.brush import Brush
from poets.migrate.demo.painting.colours import any_colour, green, jitter, mix, shade
from poets.migrate.demo.painting.resampling import BICUBIC, BILINEAR, BOX


def paint_scene(rng, size, kinds=None):
    """Paint a background.

    Args:
        rng: random.Random, the source of randomness.
        size: (width, height) in pixels.
        kinds: list of functions (rng, size) -> PIL.Image; one is chosen at random. None means all of them.

    Returns:
        PIL.Image, RGB.
    """
    scene = rng.choice(kinds or SCENES)(rng, size)
    if rng.random() < 0.7:
        small = scene.resize((max(8, size[0] // 3), max(8, size[1] // 3)), BILINEAR)
        small = small.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 3.0)))
        scene = small.resize(size, BICUBIC)
    return scene


def photograph(rng, painting, size):
    """Take a photo of a painting: light from one side, exposure, colour cast, focus and noise.

    Args:
        rng: random.Random, the source of randomness.
        painting: PIL.Image, RGB, larger than the photo, so that edges become smooth.
        size: (width, height) of the photo in pixels.

    Returns:
        PIL.Image, RGB.
    """
    photo = painting.resize(size, BOX)
    if rng.random() < 0.4:
        photo = photo.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.1)))
    pixels = np.asarray(photo, np.float32) / 255.0
    pixels = pixels ** np.float32(rng.uniform(0.65, 1.2)) * _light(rng, size)[..., None]
    pixels *= np.array([rng.uniform(0.88, 1.12) for _ in range(3)], np.float32) * np.float32(rng.uniform(0.75, 1.2))
    grain = np.random.RandomState(rng.getrandbits(32)).standard_normal(pixels.shape[:2] + (1,))
    pixels += grain.astype(np.float32) * np.float32(rng.uniform(0.0, 0.04))
    return Image.fromarray(np.uint8(np.clip(pixels, 0, 1) * 255 + 0.5))


def _light(rng, size):
    angle, strength, falloff = rng.uniform(0, 2 * math.pi), rng.uniform(0.0, 0.35), rng.uniform(0.0, 0.3)
    x = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
    return 1 + strength * (x * math.cos(angle) + y * math.sin(angle)) - falloff * (x * x + y * y) / 2


def mottled(rng, size, colour, contrast=40, grain=10):
    """A surface of one colour with soft lighter and darker patches ``1 / grain`` of the width wide."""
    cells = (grain, max(2, int(grain * size[1] / size[0])))
    patches = np.random.RandomState(rng.getrandbits(32)).uniform(-contrast, contrast, (cells[1], cells[0], 1))
    patches = np.clip(patches + np.array(colour), 0, 255)
    return Image.fromarray(np.uint8(patches)).resize(size, BICUBIC)


def grass(rng, size):
    """A meadow: blades over mottled green."""
    base = green(rng)
    scene = mottled(rng, size, shade(base, 0.7), 25)
    brush = Brush(scene)
    for _ in range(rng.randint(40, 130)):
        x, y = rng.uniform(0, size[0]), rng.uniform(0.1, 1.2) * size[1]
        lean, tall = rng.uniform(-0.12, 0.12) * size[0], rng.uniform(0.08, 0.35) * size[1]
        colour = jitter(rng, shade(base, rng.uniform(0.7, 1.5)), 12)
        brush.fill([(x - 2, y), (x + lean, y - tall), (x + 3, y)], colour)
    return scene


def sky(rng, size):
    """A sky, paler towards the horizon, often with clouds."""
    top, low = jitter(rng, (90, 150, 225), 40), jitter(rng, (205, 225, 245), 25)
    rows = np.linspace(0, 1, size[1])[:, None, None]
    pixels = np.array(top) + rows * (np.array(low) - np.array(top))
    scene = Image.fromarray(np.uint8(np.clip(np.repeat(pixels, size[0], axis=1), 0, 255)))
    brush = Brush(scene)
    for _ in range(rng.choice([0, 10, 25])):
        x, y = rng.gauss(0.5, 0.3) * size[0], rng.uniform(0.1, 0.7) * size[1]
        brush.disc(x, y, rng.uniform(0.04, 0.15) * size[0], (250, 250, 252), 90, squash=0.6)
    return scene


def soil(rng, size):
    """Earth with pebbles."""
    base = jitter(rng, (112, 84, 60), 30)
    scene = mottled(rng, size, base, 30, grain=16)
    brush = Brush(scene)
    for _ in range(rng.randint(30, 120)):
        colour = jitter(rng, shade(base, rng.uniform(0.5, 1.6)), 15)
        brush.disc(rng.uniform(0, size[0]), rng.uniform(0, size[1]), rng.uniform(1, 0.03 * size[0]), colour, 220, 0.7)
    return scene


def bokeh(rng, size):
    """Things far out of focus: soft discs in a few colours."""
    base = mix(green(rng), any_colour(rng), rng.uniform(0, 0.7))
    scene = mottled(rng, size, shade(base, 0.8), 40, grain=5)
    brush = Brush(scene)
    tints = [base, any_colour(rng), green(rng)]
    for _ in range(rng.randint(8, 25)):
        radius = rng.uniform(0.04, 0.16) * size[0]
        x, y = rng.uniform(0, size[0]), rng.uniform(0, size[1])
        brush.disc(x, y, radius, jitter(rng, rng.choice(tints), 30), rng.randint(60, 170))
    return scene.filter(ImageFilter.GaussianBlur(0.02 * size[0]))


def wall(rng, size):
    """A wall of boards or bricks, or a plain one."""
    base = mix(any_colour(rng), (170, 160, 150), 0.6)
    scene = mottled(rng, size, base, 12, grain=8)
    brush, joint = Brush(scene), shade(base, rng.choice([0.75, 1.2]))
    courses = rng.choice([0, 4, 6, 9])
    for row in range(courses):
        y = size[1] * row / float(courses)
        brush.stroke([(0, y), (size[0], y)], 2, joint)
        if courses != 4:
            for column in range(5):
                x = size[0] * (column + 0.5 * (row % 2)) / 5.0
                brush.stroke([(x, y), (x, y + size[1] / float(courses))], 2, joint)
    return scene


def dusk(rng, size):
    """A nearly black background, as in a studio."""
    return mottled(rng, size, jitter(rng, (32, 34, 40), 18), 14, grain=4)


def leafage(rng, size):
    """A hedge: overlapping leaves."""
    base = green(rng)
    scene = mottled(rng, size, shade(base, 0.5), 15)
    brush = Brush(scene)
    for _ in range(rng.randint(25, 60)):
        leaf = brush.at(
            rng.uniform(0, size[0]),
            rng.uniform(0, size[1]),
            rng.uniform(0.1, 0.22) * size[0],
            rng.uniform(0, 2 * math.pi),
            0.45,
        )
        colour = jitter(rng, shade(base, rng.uniform(0.6, 1.3)), 10)
        leaf.disc(0, 0, 0.8, colour)
        leaf.stroke([(-0.7, 0), (0.7, 0)], 0.06, shade(colour, 1.25))
    return scene


SCENES = [grass, sky, soil, bokeh, wall, dusk, leafage]

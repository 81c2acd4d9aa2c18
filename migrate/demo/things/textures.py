"""Textures that fill the whole picture: each painted over (-1.5, -1.5) to (1.5, 1.5).

Every painter takes (brush, rng, inks): the brush, the source of randomness, and four colours.
"""

import math

from poets.migrate.demo.painting.colours import jitter, shade
from poets.migrate.demo.painting.outlines import arc, blob, box, ngon, spiral, sunflower_seeds, wave

EDGE = 1.5


def _ground(brush, colour):
    brush.fill(box(-2, -2, 2, 2), colour)


def stripes(brush, rng, inks):
    """Upright stripes."""
    _ground(brush, inks[0])
    width = rng.uniform(0.1, 0.45)
    for k in range(int(3 / width) + 1):
        x = -EDGE + k * width
        brush.fill(box(x, -2, x + width / 2, 2), inks[1])


def waves(brush, rng, inks):
    """Wavy lines, one below the other."""
    _ground(brush, inks[0])
    step = rng.uniform(0.18, 0.4)
    for k in range(int(3.2 / step) + 1):
        line = [(x, y - EDGE + k * step) for x, y in wave(1.6, rng.uniform(0.06, 0.1), 4)]
        brush.stroke(line, 0.4 * step, inks[1])


def zigzag(brush, rng, inks):
    """Zigzag lines, one below the other."""
    _ground(brush, inks[0])
    step = rng.uniform(0.25, 0.45)
    for row in range(int(3.2 / step) + 1):
        line = [(-1.6 + 0.2 * k, -EDGE + row * step + 0.12 * (k % 2)) for k in range(17)]
        brush.stroke(line, 0.3 * step, inks[1])


def checkerboard(brush, rng, inks):
    """A checkerboard of 5 to 14 cells per side."""
    _ground(brush, inks[0])
    cells = rng.randint(5, 14)
    step = 3.0 / cells
    for k in range(cells * cells):
        row, column = divmod(k, cells)
        if (row + column) % 2:
            brush.fill(
                box(-EDGE + column * step, -EDGE + row * step, -EDGE + (column + 1) * step, -EDGE + (row + 1) * step),
                inks[1],
            )


def plaid(brush, rng, inks):
    """Translucent bands that cross."""
    _ground(brush, inks[0])
    for k in range(rng.randint(4, 9)):
        place, width, ink = rng.uniform(-EDGE, EDGE), rng.uniform(0.05, 0.3), inks[1 + k % 3]
        brush.fill(box(place, -2, place + width, 2), ink, 130)
        brush.fill(box(-2, place, 2, place + width), ink, 130)


def dots(brush, rng, inks):
    """Dots in rows, every other row shifted."""
    _ground(brush, inks[0])
    step = rng.uniform(0.25, 0.55)
    cells = int(3 / step) + 1
    for k in range(cells * cells):
        row, column = divmod(k, cells)
        brush.disc(-EDGE + (column + 0.5 * (row % 2)) * step, -EDGE + row * step, 0.28 * step, inks[1])


def bricks(brush, rng, inks):
    """A brick wall."""
    _ground(brush, inks[1])
    step = rng.uniform(0.2, 0.4)
    for row in range(int(3.2 / step) + 1):
        for column in range(int(1.6 / step) + 2):
            x, y = -EDGE + (2 * column - row % 2) * step, -EDGE + row * step
            brush.fill(box(x, y, x + 1.85 * step, y + 0.85 * step), jitter(rng, inks[0], 14))


def scales(brush, rng, inks):
    """Overlapping scales."""
    step = rng.uniform(0.22, 0.45)
    for row in range(int(3.4 / step) + 1, -1, -1):
        for column in range(int(3.4 / step) + 1):
            x, y = -EDGE + (column + 0.5 * (row % 2)) * step, -1.7 + row * 0.9 * step
            brush.disc(x, y, 0.62 * step, shade(inks[0], 0.6))
            brush.disc(x, y, 0.52 * step, jitter(rng, inks[0], 14))


def honeycomb(brush, rng, inks):
    """Hexagons."""
    _ground(brush, inks[1])
    step = rng.uniform(0.22, 0.4)
    for row in range(int(3.4 / (0.87 * step)) + 1):
        for column in range(int(3.4 / step) + 1):
            cell = brush.at(
                -EDGE + (column + 0.5 * (row % 2)) * step, -EDGE + 0.87 * row * step, 0.5 * step, math.pi / 6
            )
            cell.fill(ngon(6), jitter(rng, inks[0], 12))


def triangles(brush, rng, inks):
    """Squares, each cut into two triangles."""
    step = rng.uniform(0.3, 0.6)
    for row in range(int(3.2 / step) + 1):
        for column in range(int(3.2 / step) + 1):
            x, y = -EDGE + column * step, -EDGE + row * step
            brush.fill(box(x, y, x + step, y + step), inks[0])
            brush.fill([(x, y), (x + step, y), (x, y + step)], jitter(rng, inks[1], 20))


def rays(brush, rng, inks):
    """Rays from one point."""
    count = rng.randint(8, 24)
    x, y = rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5)
    for k in range(2 * count):
        brush.at(x, y, 3, math.pi * k / count).fill([(0, 0)] + arc(1, 0, 3.3 / count, 2), inks[k % 2])


def ripples(brush, rng, inks):
    """Circles around one point."""
    count = rng.randint(7, 14)
    x, y = rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5)
    for k in range(count):
        brush.disc(x, y, 2.3 * (1 - k / float(count)), inks[k % 2])


def whirl(brush, rng, inks):
    """Spiral arms."""
    _ground(brush, inks[0])
    arms, twist = rng.randint(3, 7), rng.choice([-1, 1])
    for k in range(arms):
        arm = [(x, twist * y) for x, y in spiral(1.2, 0.02, 2.2, 30, 2 * math.pi * k / arms)]
        brush.stroke(arm, rng.uniform(0.12, 0.2), inks[1])


def pebbles(brush, rng, inks):
    """Irregular pebbles."""
    _ground(brush, shade(inks[0], 0.4))
    for _ in range(70):
        x, y, size = rng.uniform(-EDGE, EDGE), rng.uniform(-EDGE, EDGE), rng.uniform(0.08, 0.25)
        outline = [(x + size * u, y + size * v) for u, v in blob(rng, 1, 0.2, 3, 12)]
        brush.fill(outline, shade(jitter(rng, inks[0], 20), rng.uniform(0.7, 1.3)))


def confetti(brush, rng, inks):
    """Scattered rectangles in three colours."""
    _ground(brush, inks[0])
    for _ in range(90):
        piece = brush.at(
            rng.uniform(-EDGE, EDGE), rng.uniform(-EDGE, EDGE), rng.uniform(0.05, 0.14), rng.uniform(0, 6.3)
        )
        piece.fill(box(-1, -0.5, 1, 0.5), inks[rng.randint(1, 3)])


def scribble(brush, rng, inks):
    """One long random line."""
    _ground(brush, inks[0])
    x = y = 0.0
    line = []
    for _ in range(60):
        x, y = 0.8 * x + rng.gauss(0, 0.5), 0.8 * y + rng.gauss(0, 0.5)
        line.append((x, y))
    brush.stroke(line, rng.uniform(0.03, 0.08), inks[1])


def wood(brush, rng, inks):
    """The grain of wood."""
    _ground(brush, inks[0])
    for k in range(22):
        y, size = -EDGE + 3.0 * k / 22 + rng.gauss(0, 0.03), rng.uniform(0.02, 0.08)
        brush.stroke(
            [(x, y + v) for x, v in wave(1.6, size, 1.5, 24, k * 0.2)], 0.04, shade(inks[0], rng.uniform(0.6, 0.9))
        )


def knit(brush, rng, inks):
    """Knitted stitches."""
    _ground(brush, shade(inks[0], 0.5))
    step = rng.uniform(0.2, 0.34)
    for row in range(int(3.2 / step) + 1):
        for column in range(int(3.2 / step) + 1):
            x, y = -EDGE + column * step, -EDGE + row * step
            for side in (-1, 1):
                brush.stroke([(x, y), (x + 0.45 * step * side, y - 0.7 * step)], 0.35 * step, jitter(rng, inks[0], 10))


def grains(brush, rng, inks):
    """Dots in the spirals of a sunflower's seeds."""
    _ground(brush, inks[0])
    for x, y in sunflower_seeds(rng.randint(90, 200), 1.6):
        brush.disc(x, y, 0.07, shade(inks[1], rng.uniform(0.7, 1.2)))


TEXTURES = {
    painter.__name__: painter
    for painter in (
        stripes,
        waves,
        zigzag,
        checkerboard,
        plaid,
        dots,
        bricks,
        scales,
        honeycomb,
        triangles,
        rays,
        ripples,
        whirl,
        pebbles,
        confetti,
        scribble,
        wood,
        knit,
        grains,
    )
}
"""dict, name to painter."""

"""Animals, fruits, trees and leaves, each painted around (0, 0) with radius about 1: no flowers among them.

Every painter takes (brush, rng, inks): the brush, the source of randomness, and four colours. Up is -y.
"""

import math

from poets.migrate.demo.painting.colours import green, jitter, mix, shade
from poets.migrate.demo.painting.outlines import arc, blob, petal, sunflower_seeds, wave


def butterfly(brush, rng, inks):
    """A butterfly with four spotted wings."""
    for side in (-1, 1):
        for turn, size in ((-0.7, 1.0), (0.5, 0.75)):
            wing = brush.at(0, 0, 1, turn if side > 0 else math.pi - turn)
            shape = petal(0.03, size, 0.75 * size, 1.6)
            wing.fill(shape, shade(inks[0], 0.5))
            wing.fill([(0.9 * x + 0.03, 0.82 * y) for x, y in shape], inks[0])
            wing.disc(0.65 * size, 0, 0.13, inks[1])
    brush.disc(0, 0, 0.09, (40, 34, 30), squash=5)


def beetle(brush, rng, inks):
    """A beetle with spotted wings."""
    for k in range(3):
        brush.stroke([(-0.9, -0.5 + 0.5 * k), (0.9, -0.3 + 0.4 * k)], 0.06, (35, 30, 28))
    brush.disc(0, -0.6, 0.35, (40, 36, 34))
    brush.disc(0, 0.1, 0.7, inks[0], squash=1.1)
    for _ in range(rng.randint(2, 7)):
        brush.disc(rng.uniform(-0.4, 0.4), rng.uniform(-0.3, 0.6), 0.12, shade(inks[0], 0.35))
    brush.stroke([(0, -0.6), (0, 0.85)], 0.05, (30, 28, 26))


def caterpillar(brush, rng, inks):
    """A caterpillar of eight segments."""
    bend = rng.uniform(0.1, 0.4)
    for k in range(8):
        x = -0.85 + 0.24 * k
        brush.disc(x, bend * math.sin(5 * x), 0.22, shade(inks[k % 2], 0.8))
        brush.disc(x - 0.04, bend * math.sin(5 * x) - 0.05, 0.15, inks[k % 2])


def fish(brush, rng, inks):
    """A fish, at random with stripes."""
    brush.fill([(-0.5, 0), (-1, -0.5), (-0.85, 0), (-1, 0.5)], shade(inks[0], 0.75))
    body = petal(-0.75, 1.0, rng.uniform(0.6, 1.0), 1.2)
    brush.fill(body, inks[0])
    for k in range(rng.choice([0, 3, 5])):
        brush.stroke(arc(0.3, -1.2, 1.2, 8, x=-0.5 + 0.22 * k), 0.04, inks[1])
    brush.disc(0.62, -0.1, 0.1, (245, 245, 245))
    brush.disc(0.64, -0.1, 0.05, (20, 20, 20))


def octopus(brush, rng, inks):
    """An octopus with eight arms."""
    for k in range(8):
        arm = brush.at(0, 0.1, 1, math.pi * (k + 0.5) / 8)
        arm.stroke(
            [(0.1 + 0.45 * (1 + x), y) for x, y in wave(1, 0.1, 2, 14, rng.uniform(0, 6))], 0.12, shade(inks[0], 0.85)
        )
    brush.disc(0, -0.3, 0.55, inks[0], squash=1.15)
    for x in (-0.2, 0.2):
        brush.disc(x, -0.2, 0.1, (250, 250, 250))


def urchin(brush, rng, inks):
    """A sea urchin: a disc with 40 to 70 spines."""
    for _ in range(rng.randint(40, 70)):
        brush.at(0, 0, 1, rng.uniform(0, 6.3)).fill(
            [(0, -0.05), (rng.uniform(0.8, 1), 0), (0, 0.05)], shade(inks[0], rng.uniform(0.6, 1.2))
        )
    brush.disc(0, 0, 0.4, shade(inks[0], 0.6))


def starfish(brush, rng, inks):
    """A starfish with five arms."""
    for k in range(5):
        arm = brush.at(0, 0, 1, 2 * math.pi * k / 5)
        arm.fill([(-0.2, -0.25), (0.3, -0.22), (0.95, -0.08), (1, 0), (0.95, 0.08), (0.3, 0.22), (-0.2, 0.25)], inks[0])
        for spot in range(5):
            arm.disc(0.15 + 0.17 * spot, 0, 0.05, shade(inks[0], 1.35))


def snail(brush, rng, inks):
    """A snail with its shell."""
    brush.fill([(-1, 0.8), (0.9, 0.8), (1, 0.1), (0.8, 0.1), (0.6, 0.5), (-0.6, 0.5)], inks[1])
    for k in range(5):
        x = -0.1 + 0.03 * k
        brush.disc(x, 0.05 + 0.02 * k, 0.75 - 0.15 * k, shade(inks[0], 0.6 if k % 2 else 1.1))


def shell(brush, rng, inks):
    """A scallop's shell with 7 to 13 ribs."""
    ribs = rng.randint(7, 13)
    for k in range(ribs):
        rib = brush.at(0, 0.8, 1.7, -math.pi / 2 + (k - (ribs - 1) / 2.0) * 1.9 / ribs)
        rib.fill([(0, 0)] + arc(1.0, -1.05 / ribs, 1.05 / ribs, 4), shade(inks[0], 0.75 if k % 2 else 1.1))


def feather(brush, rng, inks):
    """A feather."""
    for k in range(26):
        x = -0.6 + 1.55 * k / 26
        length = 0.42 * math.sin(math.pi * (k + 2) / 30)
        for side in (-1, 1):
            brush.stroke([(x, 0), (x + 0.2, side * length)], 0.06, shade(inks[0], rng.uniform(0.8, 1.15)))
    brush.stroke([(-1, 0), (0.95, 0)], 0.04, shade(inks[0], 1.4))


def mushroom(brush, rng, inks):
    """A mushroom, at random with spots."""
    brush.fill([(-0.2, 0), (0.2, 0), (0.3, 1), (-0.3, 1)], (232, 222, 200))
    brush.fill(arc(1, math.pi, 2 * math.pi, 20, y=0.1, squash=rng.uniform(0.7, 1.0)), inks[0])
    for _ in range(rng.choice([0, 4, 8])):
        brush.disc(rng.gauss(0, 0.35), rng.uniform(-0.6, -0.05), 0.1, (246, 244, 236))


def apple(brush, rng, inks):
    """An apple with a leaf."""
    for k, light in ((0, 0.65), (1, 1.0), (2, 1.15)):
        for x in (-0.32, 0.32):
            brush.disc(x * (1 - 0.2 * k) - 0.04 * k, 0.1 - 0.03 * k, 0.66 - 0.13 * k, shade(inks[0], light), squash=1.1)
    brush.stroke([(0, -0.45), (0.1, -0.95)], 0.08, (90, 60, 36))
    brush.at(0.1, -0.75, 0.6, -0.4).fill(petal(0, 1, 0.45), green(rng))


def pear(brush, rng, inks):
    """A pear with a stalk."""
    for k in range(3):
        brush.disc(-0.05 * k, 0.35, 0.65 - 0.12 * k, shade(inks[0], 0.7 + 0.22 * k))
        brush.disc(-0.05 * k, -0.3, 0.4 - 0.1 * k, shade(inks[0], 0.7 + 0.22 * k), squash=1.3)
    brush.stroke([(0, -0.75), (0.08, -1)], 0.07, (90, 60, 36))


def cherries(brush, rng, inks):
    """Two cherries on their stalks."""
    for x in (-0.5, 0.45):
        brush.stroke([(x, 0.4), (0.1, -0.9)], 0.05, green(rng))
        brush.disc(x, 0.5, 0.42, shade(inks[0], 0.75))
        brush.disc(x - 0.08, 0.42, 0.28, inks[0])
        brush.disc(x - 0.15, 0.35, 0.08, (255, 255, 255), 170)


def grapes(brush, rng, inks):
    """A bunch of 15 grapes."""
    for row in range(5):
        for k in range(5 - row):
            x, y = (k - (4 - row) / 2.0) * 0.36, -0.5 + 0.33 * row
            brush.disc(x, y, 0.22, shade(inks[0], 0.65))
            brush.disc(x - 0.04, y - 0.05, 0.14, shade(inks[0], rng.uniform(0.95, 1.25)))
    brush.stroke([(0, -0.6), (0.05, -1)], 0.08, (96, 70, 40))


def banana(brush, rng, inks):
    """A banana."""
    brush.fill(
        arc(1.0, 0.2, 2.9, 18, y=-0.5) + arc(rng.uniform(0.75, 0.9), 2.8, 0.3, 18, y=-0.75), shade(inks[0], 0.75)
    )
    brush.fill(arc(0.95, 0.25, 2.85, 18, y=-0.5) + arc(0.85, 2.7, 0.4, 18, y=-0.62), inks[0])


def citrus(brush, rng, inks):
    """A slice of a citrus fruit."""
    brush.disc(0, 0, 1, inks[0])
    brush.disc(0, 0, 0.9, mix(inks[0], (255, 250, 235), 0.85))
    wedges = rng.randint(7, 11)
    for k in range(wedges):
        wedge = brush.at(0, 0, 0.84, 2 * math.pi * k / wedges)
        wedge.fill([(0.12, 0)] + arc(1, -2.6 / wedges, 2.6 / wedges, 6), jitter(rng, inks[0], 12))


def melon(brush, rng, inks):
    """A slice of a melon with seeds."""
    brush.fill(arc(1, 0, math.pi, 24, y=-0.4), green(rng))
    brush.fill(arc(0.88, 0, math.pi, 24, y=-0.4), (240, 240, 215))
    brush.fill(arc(0.8, 0, math.pi, 24, y=-0.4), inks[0])
    for _ in range(rng.randint(5, 12)):
        angle, reach = rng.uniform(0.3, 2.8), rng.uniform(0.2, 0.7)
        brush.disc(reach * math.cos(angle), reach * math.sin(angle) - 0.4, 0.045, (30, 24, 22), squash=1.5)


def strawberry(brush, rng, inks):
    """A strawberry with seeds and leaves."""
    brush.fill([(x, 0.1 + 0.95 * y if y < 0 else 0.1 + 0.9 * y) for x, y in arc(0.75, 0, 2 * math.pi, 6)], inks[0])
    brush.fill([(-0.72, -0.2), (-0.5, -0.55), (0.5, -0.55), (0.72, -0.2), (0.5, 0.4), (0, 1.0), (-0.5, 0.4)], inks[0])
    for x, y in sunflower_seeds(22, 0.58):
        brush.disc(x, y + 0.05, 0.04, (250, 226, 150), squash=1.4)
    for k in range(5):
        brush.at(0, -0.5, 0.5, math.pi * k / 4).fill(petal(0, 1, 0.3), green(rng))


def carrot(brush, rng, inks):
    """A carrot with leaves."""
    for k in range(4):
        brush.at(0, -0.4, 0.7, -math.pi / 2 + 0.35 * (k - 1.5)).fill(petal(0, 1, 0.25), green(rng))
    brush.fill([(-0.32, -0.4), (0.32, -0.4), (0.03, 1.0), (-0.03, 1.0)], inks[0])
    for k in range(4):
        brush.stroke([(-0.2, -0.2 + 0.2 * k), (0.0, -0.18 + 0.2 * k)], 0.03, shade(inks[0], 0.7))


def onion(brush, rng, inks):
    """An onion that has been cut: irregular rings."""
    for k in range(rng.randint(5, 8)):
        brush.fill(blob(rng, 1 - 0.13 * k, 0.05), shade(inks[0], 0.7 if k % 2 else 1.2))


def cone(brush, rng, inks):
    """A fir cone."""
    for row in range(9):
        wide = math.sin(math.pi * (row + 1.2) / 10.5)
        for k in range(5):
            brush.disc(
                (k - 2 + 0.5 * (row % 2)) * 0.25 * wide,
                -0.85 + 0.2 * row,
                0.2 * wide + 0.04,
                shade(inks[0], rng.uniform(0.6, 1.15)),
                squash=0.8,
            )


NATURAL = {
    painter.__name__: painter
    for painter in (
        butterfly,
        beetle,
        caterpillar,
        fish,
        octopus,
        urchin,
        starfish,
        snail,
        shell,
        feather,
        mushroom,
        apple,
        pear,
        cherries,
        grapes,
        banana,
        citrus,
        melon,
        strawberry,
        carrot,
        onion,
        cone,
    )
}
"""dict, name to painter."""

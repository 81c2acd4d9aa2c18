"""Trees, leaves and other green things that do not bloom, each around (0, 0) with radius about 1.

Every painter takes (brush, rng, inks): the brush, the source of randomness, and four colours. Up is -y.
"""

import math

from poets.migrate.demo.painting.colours import green, mix, shade
from poets.migrate.demo.painting.outlines import blob, box, petal


def _tint(rng, inks):
    """Mostly green, sometimes autumn's or any colour: a leaf is recognized by its shape."""
    return mix(green(rng), inks[0], rng.choice([0.0, 0.3, 1.0]))


def _blade(brush, width, tint, point=0.9, bend=0.0):
    shape = petal(0, 1, width, point, bend)
    brush.fill(shape, shade(tint, 0.7))
    brush.fill([(0.98 * x, 0.88 * y) for x, y in shape], tint)


def simple_leaf(brush, rng, inks):
    """A leaf with veins."""
    tint = _tint(rng, inks)
    leaf = brush.at(-1, 0, 2)
    _blade(leaf, rng.uniform(0.35, 0.65), tint)
    for k in range(1, 7):
        for side in (-1, 1):
            leaf.stroke([(0.13 * k, 0), (0.13 * k + 0.1, 0.14 * side)], 0.012, shade(tint, 1.3))
    leaf.stroke([(-0.1, 0), (0.95, 0)], 0.02, shade(tint, 1.3))


def lobed_leaf(brush, rng, inks):
    """A leaf with three to seven lobes, on a stalk."""
    tint, lobes = _tint(rng, inks), rng.choice([3, 5, 5, 7])
    for k in range(lobes):
        turn = (k - (lobes - 1) / 2.0) * 4.2 / lobes
        lobe = brush.at(0, 0.3, 1.25 - 0.18 * abs(turn), -math.pi / 2 + turn)
        _blade(lobe, 0.5, tint, 0.8)
        lobe.stroke([(0, 0), (0.85, 0)], 0.025, shade(tint, 1.3))
    brush.stroke([(0, 0.3), (0, 1)], 0.06, shade(tint, 0.8))


def fern(brush, rng, inks):
    """A frond of a fern."""
    tint = _tint(rng, inks)
    for k in range(12):
        for side in (-1, 1):
            size = 0.65 * (1 - k / 13.0) + 0.05
            _blade(brush.at(-0.8 + 0.15 * k, 0, size, side * 1.1), 0.22, shade(tint, rng.uniform(0.85, 1.15)))
    brush.stroke([(-1, 0), (1, 0)], 0.04, shade(tint, 0.7))


def clover(brush, rng, inks):
    """A clover of three or four leaves, always green."""
    tint = green(rng)  # in any other colour it could be taken for a flower
    leaves = rng.choice([3, 4])
    for k in range(leaves):
        leaf = brush.at(0, 0, 1, 2 * math.pi * k / leaves)
        for side in (-1, 1):
            leaf.disc(0.5, 0.2 * side, 0.33, shade(tint, 0.9))
            leaf.disc(0.52, 0.19 * side, 0.24, shade(tint, 1.1))
    brush.stroke([(0, 0), (0.15, 1)], 0.06, shade(tint, 0.7))


def tree(brush, rng, inks):
    """A tree with a crown of leaves."""
    tint = _tint(rng, inks)
    brush.fill([(-0.1, 0), (0.1, 0), (0.16, 1), (-0.16, 1)], (98, 70, 46))
    for _ in range(14):
        x, y = rng.gauss(0, 0.3), rng.gauss(-0.35, 0.22)
        brush.fill([(x + 0.38 * u, y + 0.38 * v) for u, v in blob(rng, 1, 0.2)], shade(tint, rng.uniform(0.65, 1.2)))


def fir(brush, rng, inks):
    """A fir of three to five tiers."""
    tint, tiers = _tint(rng, inks), rng.randint(3, 5)
    brush.fill(box(-0.1, 0.6, 0.1, 1), (90, 64, 44))
    for k in range(tiers, 0, -1):
        bottom, half = -0.9 + 1.65 * k / tiers, 0.25 + 0.5 * k / tiers
        brush.fill([(0, bottom - 0.75), (half, bottom), (-half, bottom)], shade(tint, 0.65 + 0.12 * (tiers - k)))


def palm(brush, rng, inks):
    """A palm with seven fronds."""
    tint = _tint(rng, inks)
    brush.fill([(-0.08, -0.3), (0.08, -0.3), (0.2, 1), (0, 1)], (140, 108, 70))
    for k in range(7):
        _blade(
            brush.at(0, -0.35, 0.9, -math.pi + 0.52 * k),
            0.22,
            shade(tint, rng.uniform(0.7, 1.15)),
            0.8,
            0.25 * (k - 3) / 3,
        )


def cactus(brush, rng, inks):
    """A cactus with one or two arms."""
    tint = _tint(rng, inks)
    for side in rng.sample([-1, 1], rng.choice([1, 2])):
        y = rng.uniform(-0.2, 0.4)
        brush.stroke([(0, y), (0.6 * side, y), (0.6 * side, y - 0.5)], 0.26, shade(tint, 0.9))
    brush.fill(box(-0.25, -0.75, 0.25, 1), tint)
    brush.disc(0, -0.75, 0.25, tint)
    for x in (-0.12, 0.0, 0.12):
        brush.stroke([(x, -0.8), (x, 1)], 0.02, shade(tint, 0.7))


def grass_tuft(brush, rng, inks):
    """A tuft of 14 to 30 blades of grass."""
    tint = _tint(rng, inks)
    for _ in range(rng.randint(14, 30)):
        blade = brush.at(rng.uniform(-0.25, 0.25), 0.9, rng.uniform(0.9, 1.9), -math.pi / 2 + rng.gauss(0, 0.4))
        _blade(blade, 0.08, shade(tint, rng.uniform(0.7, 1.2)), 0.7, rng.uniform(-0.3, 0.3))


def succulent(brush, rng, inks):
    """An agave: a few stiff, spiked, green leaves without a centre."""
    tint = _tint(rng, inks)
    for ring in range(3):
        for k in range(7):
            leaf = brush.at(0, 0, 1 - 0.25 * ring, 2 * math.pi * (k + 0.5 * ring) / 7)
            leaf.fill([(0, -0.12), (0.5, -0.14), (1, 0), (0.5, 0.14), (0, 0.12)], shade(tint, 0.65))
            leaf.fill([(0, -0.09), (0.5, -0.1), (0.92, 0), (0.5, 0.1), (0, 0.09)], shade(tint, 0.85 + 0.12 * ring))


def seedling(brush, rng, inks):
    """A seedling with two leaves."""
    tint = _tint(rng, inks)
    brush.stroke([(0, 1), (0.05, 0.3), (0, -0.2)], 0.08, shade(tint, 0.8))
    for side in (-1, 1):
        turn = -math.pi / 2 + side * rng.uniform(0.5, 1.2)
        _blade(brush.at(0, -0.1, rng.uniform(0.7, 0.95), turn), rng.uniform(0.35, 0.6), tint, 1.1)


def wheat(brush, rng, inks):
    """An ear of wheat."""
    tint = mix((216, 178, 92), inks[0], rng.choice([0, 0.5]))
    brush.stroke([(0, 1), (0, -0.8)], 0.05, shade(tint, 0.8))
    for k in range(8):
        for side in (-1, 1):
            _blade(
                brush.at(0, 0.2 - 0.14 * k, 0.35, -math.pi / 2 + side * 0.5), 0.4, shade(tint, rng.uniform(0.85, 1.1))
            )
            brush.stroke([(0, -0.14 * k), (0.3 * side, -0.5 - 0.12 * k)], 0.015, shade(tint, 1.1))


PLANTS = {
    painter.__name__: painter
    for painter in (
        simple_leaf,
        lobed_leaf,
        fern,
        clover,
        tree,
        fir,
        palm,
        cactus,
        grass_tuft,
        succulent,
        seedling,
        wheat,
    )
}
"""dict, name to painter."""

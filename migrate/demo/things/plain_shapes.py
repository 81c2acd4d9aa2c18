"""Plain shapes, each painted around (0, 0) with radius about 1: no flowers among them.

Every painter takes (brush, rng, inks): the brush, the source of randomness, and four colours.
"""

import math

from poets.migrate.demo.painting.colours import shade
from poets.migrate.demo.painting.outlines import arc, blob, box, ngon, spiral, star


def solid(outline, brush, rng, inks):
    """Fill an outline with a rim and, at random, a lighter or other-coloured core."""
    brush.fill(outline, shade(inks[0], rng.choice([0.6, 0.75, 1.25])))
    brush.fill([(0.93 * x, 0.93 * y) for x, y in outline], inks[0])
    core = rng.choice([None, None, shade(inks[0], 1.15), shade(inks[0], 0.85), inks[1]])
    if core:
        size = rng.uniform(0.35, 0.75)
        brush.fill([(size * x, size * y) for x, y in outline], core)


def polygon(corners):
    """A painter of regular polygons."""
    return lambda brush, rng, inks: solid(ngon(corners), brush, rng, inks)


def pointed_star(points, inner):
    """A painter of stars whose dents lie at about radius ``inner``."""
    return lambda brush, rng, inks: solid(star(points, inner * rng.uniform(0.85, 1.15)), brush, rng, inks)


def blades(count, width):
    """A painter of propellers: ``count`` straight bars from the middle outwards."""

    def paint(brush, rng, inks):
        flare = rng.uniform(0.5, 1.6)
        for k in range(count):
            arm = brush.at(0, 0, 1, 2 * math.pi * k / count)
            arm.fill(
                [(0, -width / 2), (1, -flare * width / 2), (1, flare * width / 2), (0, width / 2)], shade(inks[0], 0.7)
            )
            arm.fill([(0, -width / 3), (0.96, -flare * width / 3), (0.96, flare * width / 3), (0, width / 3)], inks[0])
        brush.disc(0, 0, rng.uniform(0.1, 0.22), inks[1])

    return paint


def gear(teeth):
    """A painter of cog wheels."""

    def paint(brush, rng, inks):
        rim = []
        for k in range(teeth):
            for share, radius in ((0.0, 0.8), (0.15, 1.0), (0.5, 1.0), (0.65, 0.8)):
                angle = 2 * math.pi * (k + share) / teeth
                rim.append((radius * math.cos(angle), radius * math.sin(angle)))
        brush.fill(rim, shade(inks[0], 0.65))
        brush.fill([(0.95 * x, 0.95 * y) for x, y in rim], inks[0])
        brush.disc(0, 0, rng.uniform(0.2, 0.5), shade(inks[0], 0.5))
        brush.disc(0, 0, rng.uniform(0.08, 0.18), inks[1])

    return paint


def ring(brush, rng, inks):
    """A disc with a round hole of another colour."""
    brush.disc(0, 0, 1, shade(inks[0], 0.7))
    brush.disc(0, 0, 0.95, inks[0])
    brush.disc(0, 0, rng.uniform(0.45, 0.75), inks[1])


def target(brush, rng, inks):
    """Three to six discs, one inside the other."""
    rings = rng.randint(3, 6)
    for k in range(rings):
        brush.disc(0, 0, 1 - k / float(rings), inks[k % 2])


def coil(brush, rng, inks):
    """A spiral line."""
    points = spiral(rng.uniform(2.5, 5), begin=rng.uniform(0, 6))
    brush.stroke(points, 0.16, shade(inks[0], 0.6))
    brush.stroke(points, rng.uniform(0.06, 0.12), inks[0])


def crescent(brush, rng, inks):
    """A crescent moon."""
    outer = arc(1.0, 0.9, 5.4, 24)
    inner = arc(rng.uniform(0.75, 0.85), 5.1, 1.2, 24, x=rng.uniform(0.3, 0.45))
    solid(outer + inner, brush, rng, [inks[0], inks[0]])


def heart(brush, rng, inks):
    """A heart."""
    turns = [2 * math.pi * k / 36 for k in range(36)]
    outline = [
        (math.sin(t) ** 3, -(0.81 * math.cos(t) - 0.31 * math.cos(2 * t) - 0.12 * math.cos(3 * t))) for t in turns
    ]
    solid(outline, brush, rng, inks)


def cross(brush, rng, inks):
    """A cross of four equal arms."""
    w = rng.uniform(0.18, 0.4)
    solid(
        [(-w, -1), (w, -1), (w, -w), (1, -w), (1, w), (w, w), (w, 1), (-w, 1), (-w, w), (-1, w), (-1, -w), (-w, -w)],
        brush,
        rng,
        inks,
    )


def arrow(brush, rng, inks):
    """An arrow to the right."""
    w, neck = rng.uniform(0.12, 0.3), rng.uniform(-0.1, 0.4)
    solid([(-1, -w), (neck, -w), (neck, -0.7), (1, 0), (neck, 0.7), (neck, w), (-1, w)], brush, rng, inks)


def bolt(brush, rng, inks):
    """A flash of lightning."""
    solid([(0.2, -1), (-0.6, 0.15), (-0.05, 0.1), (-0.3, 1), (0.6, -0.25), (0.05, -0.2)], brush, rng, inks)


def pie(brush, rng, inks):
    """A pie chart of three to six slices, not always a full circle."""
    begin = 0.0
    for k in range(rng.randint(3, 6)):
        end = 2 * math.pi if k == 5 else begin + rng.uniform(0.6, 1.6)
        brush.fill([(0, 0)] + arc(1, begin, min(end, 2 * math.pi), 12), inks[k % 4])
        begin = end


def half_disc(brush, rng, inks):
    """The lower half of a disc."""
    solid([(x, y - 0.4) for x, y in arc(1, 0, math.pi, 24)], brush, rng, inks)


def splash(brush, rng, inks):
    """An irregular blot."""
    solid(blob(rng, 0.8, 0.5, 6, 40), brush, rng, inks)


def crystal(brush, rng, inks):
    """A cut stone: triangles of different brightness around one point."""
    corners = ngon(rng.choice([5, 6, 7, 8]))
    tip = (rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.3))
    for k, corner in enumerate(corners):
        brush.fill([tip, corners[k - 1], corner], shade(inks[0], rng.uniform(0.55, 1.3)))


def cube(brush, rng, inks):
    """A cube seen from a corner."""
    six = ngon(6, 1, math.pi / 6)
    for face, light in ((0, 0.6), (2, 0.9), (4, 1.2)):
        brush.fill([(0, 0), six[face], six[(face + 1) % 6], six[(face + 2) % 6]], shade(inks[0], light))


def ladder(brush, rng, inks):
    """A ladder with four to seven rungs."""
    for x in (-0.4, 0.4):
        brush.fill(box(x - 0.08, -1, x + 0.08, 1), inks[0])
    for k in range(rng.randint(4, 7)):
        brush.stroke([(-0.4, -0.85 + 0.3 * k), (0.4, -0.85 + 0.3 * k)], 0.1, shade(inks[0], 0.8))


SHAPES = {
    "triangle": polygon(3),
    "square": polygon(4),
    "pentagon": polygon(5),
    "hexagon": polygon(6),
    "octagon": polygon(8),
    "disc": polygon(32),
    "star_4": pointed_star(4, 0.35),
    "star_5": pointed_star(5, 0.42),
    "star_6": pointed_star(6, 0.55),
    "star_8": pointed_star(8, 0.6),
    "star_12": pointed_star(12, 0.7),
    "star_20": pointed_star(20, 0.8),
    "burst_16": pointed_star(16, 0.3),
    "burst_32": pointed_star(32, 0.35),
    "bars_3": blades(3, 0.35),
    "bars_5": blades(5, 0.3),
    "bars_8": blades(8, 0.2),
    "bars_14": blades(14, 0.12),
    "gear_9": gear(9),
    "gear_16": gear(16),
    "ring": ring,
    "target": target,
    "coil": coil,
    "crescent": crescent,
    "heart": heart,
    "cross": cross,
    "arrow": arrow,
    "bolt": bolt,
    "pie": pie,
    "half_disc": half_disc,
    "splash": splash,
    "crystal": crystal,
    "cube": cube,
    "ladder": ladder,
}
"""dict, name to painter."""

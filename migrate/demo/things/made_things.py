"""Things people make, each painted around (0, 0) with radius about 1.

Every painter takes (brush, rng, inks): the brush, the source of randomness, and four colours. Up is -y.
"""

import math

from poets.migrate.demo.painting.colours import shade
from poets.migrate.demo.painting.outlines import arc, box, ngon, star

DARK, PALE = (40, 38, 40), (244, 242, 236)


def wheel(brush, rng, inks):
    """A wheel with 5 to 16 spokes."""
    spokes = rng.randint(5, 16)
    brush.disc(0, 0, 1, shade(inks[0], 0.6))
    brush.disc(0, 0, 0.82, inks[1])
    for k in range(spokes):
        brush.at(0, 0, 1, 2 * math.pi * k / spokes).stroke([(0, 0), (0.85, 0)], 0.07, inks[0])
    brush.disc(0, 0, 0.16, shade(inks[0], 0.7))


def face(brush, rng, inks):
    """A round face, glad or sad."""
    brush.disc(0, 0, 1, shade(inks[0], 0.7))
    brush.disc(0, 0, 0.94, inks[0])
    for x in (-0.35, 0.35):
        brush.disc(x, -0.25, rng.uniform(0.09, 0.18), DARK)
    mood = rng.choice([-1, 1])
    brush.stroke(arc(0.5, 0.4, math.pi - 0.4, 14, y=0.1 if mood > 0 else -0.85, squash=mood), 0.08, DARK)


def house(brush, rng, inks):
    """A house with a roof, a door and two windows."""
    brush.fill(box(-0.75, -0.1, 0.75, 0.95), inks[0])
    brush.fill([(-0.95, -0.1), (0, -0.95), (0.95, -0.1)], inks[1])
    brush.fill(box(-0.15, 0.35, 0.2, 0.95), shade(inks[1], 0.6))
    for x in (-0.55, 0.35):
        brush.fill(box(x, 0.05, x + 0.25, 0.3), (220, 236, 246))


def cup(brush, rng, inks):
    """A cup with a handle, at random with a band."""
    brush.stroke(arc(0.35, -1.6, 1.6, 14, x=0.6), 0.12, shade(inks[0], 0.75))
    brush.fill([(-0.7, -0.6), (0.7, -0.6), (0.5, 0.8), (-0.5, 0.8)], inks[0])
    brush.disc(0, -0.6, 0.7, shade(inks[0], 0.6), squash=0.25)
    if rng.random() < 0.5:
        brush.fill([(-0.65, -0.1), (0.65, -0.1), (0.6, 0.15), (-0.6, 0.15)], inks[1])


def key(brush, rng, inks):
    """A key with two to four teeth."""
    brush.stroke(arc(0.32, 0, 6.3, 20, x=-0.65), 0.14, inks[0])
    brush.fill(box(-0.35, -0.08, 1.0, 0.08), inks[0])
    for k in range(rng.randint(2, 4)):
        brush.fill(box(0.85 - 0.2 * k, 0, 0.96 - 0.2 * k, rng.uniform(0.2, 0.4)), inks[0])


def bottle(brush, rng, inks):
    """A bottle with a label."""
    brush.fill(
        [(-0.13, -1), (0.13, -1), (0.15, -0.45), (0.42, -0.1), (0.42, 1), (-0.42, 1), (-0.42, -0.1), (-0.15, -0.45)],
        inks[0],
    )
    brush.fill(box(-0.42, 0.2, 0.42, 0.7), inks[1])
    brush.stroke([(-0.3, 0), (-0.3, 0.9)], 0.06, shade(inks[0], 1.5), 160)


def vase(brush, rng, inks):
    """A vase with one to three bands."""
    half = [(0.3, -0.9), (0.2, -0.6), (0.65, 0.1), (0.55, 0.6), (0.3, 0.95)]
    brush.fill(half + [(-x, y) for x, y in half[::-1]], inks[0])
    for y in (-0.1, 0.15, 0.4)[: rng.randint(1, 3)]:
        brush.stroke([(-0.55, y), (0.55, y)], 0.07, inks[1])


def umbrella(brush, rng, inks):
    """An open umbrella from the side."""
    brush.stroke([(0, -0.2), (0, 0.8)] + arc(0.15, 0, 3, 6, x=-0.15, y=0.8), 0.06, DARK)
    panels = rng.choice([4, 6])
    for k in range(panels):
        x = -1 + 2.0 * k / panels
        brush.fill([(0, -0.8), (x, 0), (x + 1.0 / panels, -0.1), (x + 2.0 / panels, 0)], shade(inks[k % 2], 0.95))


def parasol(brush, rng, inks):
    """A parasol from above."""
    panels = rng.choice([6, 8, 10, 12])
    for k in range(panels):
        brush.at(0, 0, 1, 2 * math.pi * k / panels).fill([(0, 0)] + arc(1, 0, 6.3 / panels, 4), inks[k % 2])
    brush.disc(0, 0, 0.06, DARK)


def boat(brush, rng, inks):
    """A sailing boat."""
    brush.fill([(-0.9, 0.4), (0.9, 0.4), (0.6, 0.85), (-0.6, 0.85)], inks[0])
    brush.stroke([(0, 0.4), (0, -0.95)], 0.06, DARK)
    brush.fill([(0.06, -0.9), (0.06, 0.3), (0.75, 0.3)], inks[1])
    brush.fill([(-0.06, -0.6), (-0.06, 0.3), (-0.6, 0.3)], PALE)


def car(brush, rng, inks):
    """A car from the side."""
    brush.fill(
        [(-1, 0.4), (-0.95, 0), (-0.5, -0.05), (-0.3, -0.5), (0.35, -0.5), (0.6, -0.05), (1, 0.05), (1, 0.4)], inks[0]
    )
    brush.fill([(-0.38, -0.08), (-0.22, -0.4), (0.28, -0.4), (0.45, -0.08)], (200, 224, 238))
    for x in (-0.55, 0.55):
        brush.disc(x, 0.4, 0.25, DARK)
        brush.disc(x, 0.4, 0.11, (180, 180, 184))


def rocket(brush, rng, inks):
    """A rocket with a flame."""
    brush.fill([(-0.7, 0.8), (-0.25, 0.2), (0.25, 0.2), (0.7, 0.8)], inks[1])
    brush.fill([(0, -1), (0.3, -0.5), (0.3, 0.6), (-0.3, 0.6), (-0.3, -0.5)], inks[0])
    brush.disc(0, -0.25, 0.15, (206, 230, 244))
    brush.fill([(-0.2, 0.65), (0.2, 0.65), (0, 1)], (250, 180, 50))


def clock(brush, rng, inks):
    """A clock that shows a random time."""
    brush.disc(0, 0, 1, inks[0])
    brush.disc(0, 0, 0.85, PALE)
    for k in range(12):
        brush.at(0, 0, 1, math.pi * k / 6).stroke([(0.68, 0), (0.8, 0)], 0.05, DARK)
    for length in (0.45, 0.65):
        brush.at(0, 0, 1, rng.uniform(0, 6.3)).stroke([(0, 0), (length, 0)], 0.06, DARK)


def sun(brush, rng, inks):
    """A sun with 8 to 18 rays."""
    rays = rng.randint(8, 18)
    for k in range(rays):
        brush.at(0, 0, 1, 2 * math.pi * k / rays).fill([(0.68, -0.08), (1, 0), (0.68, 0.08)], inks[0])
    brush.disc(0, 0, 0.58, inks[0])
    brush.disc(-0.08, -0.08, 0.42, shade(inks[0], 1.15))


def cloud(brush, rng, inks):
    """A cloud of 6 to 12 puffs."""
    for _ in range(rng.randint(6, 12)):
        x = rng.gauss(0, 0.4)
        brush.disc(x, rng.uniform(-0.25, 0.2), 0.45 - 0.2 * abs(x), shade(PALE, rng.uniform(0.85, 1.04)))


def snowflake(brush, rng, inks):
    """A snowflake with six arms."""
    for k in range(6):
        arm = brush.at(0, 0, 1, math.pi * k / 3)
        arm.stroke([(0, 0), (1, 0)], 0.07, inks[0])
        for x in (0.35, 0.6, 0.8):
            for side in (-1, 1):
                arm.stroke([(x, 0), (x + 0.2, 0.25 * side)], 0.05, inks[0])


def balloon(brush, rng, inks):
    """A balloon on a string."""
    brush.stroke([(0, 0.5), (rng.uniform(-0.3, 0.3), 1)], 0.03, DARK)
    brush.disc(0, -0.25, 0.62, shade(inks[0], 0.75), squash=1.2)
    brush.disc(-0.06, -0.3, 0.5, inks[0], squash=1.2)
    brush.disc(-0.22, -0.5, 0.12, PALE, 170)


def eye(brush, rng, inks):
    """An eye with a coloured iris."""
    brush.fill(arc(1.1, 3.7, 5.72, 14, y=0.6) + arc(1.1, 0.58, 2.56, 14, y=-0.6), PALE)
    brush.disc(0, 0, 0.45, shade(inks[0], 0.7))
    brush.disc(0, 0, 0.38, inks[0])
    brush.disc(0, 0, 0.18, DARK)


def button(brush, rng, inks):
    """A button with two or four holes."""
    brush.disc(0, 0, 1, shade(inks[0], 0.65))
    brush.disc(0, 0, 0.93, inks[0])
    brush.disc(0, 0, 0.7, shade(inks[0], 0.85))
    for x, y in ngon(rng.choice([2, 4]), 0.25):
        brush.disc(x, y, 0.11, DARK)


def lattice_ball(brush, rng, inks):
    """A ball covered with a lattice."""
    brush.disc(0, 0, 1, shade(inks[0], 0.8))
    for k in range(-3, 4):
        for squash in (abs(k) / 3.0 + 0.01,):
            side = 1 if k > 0 else -1
            brush.stroke([(x, y * side) for x, y in arc(0.98, 0, math.pi, 16, squash=squash)], 0.05, inks[1])
            brush.stroke([(y * side, x) for x, y in arc(0.98, 0, math.pi, 16, squash=squash)], 0.05, inks[1])


def web(brush, rng, inks):
    """A spider's web."""
    spokes = rng.randint(7, 12)
    for x, y in ngon(spokes):
        brush.stroke([(0, 0), (x, y)], 0.03, inks[0])
    for k in range(1, 6):
        outline = ngon(spokes, k / 5.5)
        brush.stroke(outline + outline[:1], 0.025, inks[0])


def dice(brush, rng, inks):
    """A die that shows two to seven spots."""
    brush.fill(box(-0.8, -0.8, 0.8, 0.8), inks[0])
    spots = [(-0.45, -0.45), (0.45, 0.45), (0.45, -0.45), (-0.45, 0.45), (0, 0), (-0.45, 0), (0.45, 0)]
    for x, y in spots[: rng.randint(2, 7)]:
        brush.disc(x, y, 0.15, shade(inks[0], 0.25))


def badge(brush, rng, inks):
    """A badge with ribbons and a star."""
    brush.fill([(-0.4, 0.3), (0.4, 0.3), (0.6, 1), (0, 0.75), (-0.6, 1)], inks[1])
    brush.fill(star(rng.choice([14, 18]), 0.88, 0.8), inks[0])
    brush.fill(star(5, 0.2, 0.5, -math.pi / 2), PALE)


MADE = {
    painter.__name__: painter
    for painter in (
        wheel,
        face,
        house,
        cup,
        key,
        bottle,
        vase,
        umbrella,
        parasol,
        boat,
        car,
        rocket,
        clock,
        sun,
        cloud,
        snowflake,
        balloon,
        eye,
        button,
        lattice_ball,
        web,
        dice,
        badge,
    )
}
"""dict, name to painter."""

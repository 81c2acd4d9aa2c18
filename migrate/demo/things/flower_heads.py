"""The heads of five kinds of flowers, each painted around (0, 0) with radius about 1.

Every painter takes (head, rng, colour): the brush, the source of randomness, and the petals' colour.
"""

import math

from poets.migrate.demo.painting.colours import jitter, mix, shade
from poets.migrate.demo.painting.outlines import arc, blob, petal, sunflower_seeds

WHITE, YELLOW, GOLD = (246, 244, 238), (246, 214, 44), (240, 170, 30)
RED, PINK, PURPLE, PEACH = (206, 36, 44), (238, 146, 176), (142, 70, 160), (248, 186, 142)


def daisy(head, rng, colour):
    """Many narrow petals in one or two rings around a small domed disc."""
    count, width = rng.randint(11, 26), rng.uniform(0.8, 1.3)
    heart = rng.uniform(0.2, 0.36)
    for ring in range(rng.choice([1, 2])):
        reach = 1.0 - 0.12 * ring
        for k in range(count):
            if rng.random() < 0.04:
                continue  # a petal that fell off
            leaf = head.at(
                0, 0, reach * rng.uniform(0.88, 1.0), 2 * math.pi * (k + 0.5 * ring) / count + rng.gauss(0, 0.05)
            )
            shape = petal(0.5 * heart, 1.0, width * 4.6 / count, 1.3, rng.gauss(0, 0.06), rng.choice([0, 0, 0.04]))
            tint = shade(jitter(rng, colour, 6), rng.uniform(0.86, 1.04))
            _petal(leaf, shape, tint, vein=(2.0 * heart, 0.9))
    middle = jitter(rng, rng.choice([YELLOW, GOLD, GOLD, (120, 84, 40)]), 18)
    _dome(head, rng, heart, middle, 45)


def dandelion(head, rng, colour):
    """A clock of parachutes where the colour is near white, else a dense brush of thin rays."""
    if min(colour) > 170:
        _clock(head, rng, colour)
    else:
        _ray_brush(head, rng, colour)


def _ray_brush(head, rng, colour):
    count = rng.randint(48, 76)
    head.disc(0, 0, 0.72, shade(colour, 0.72))
    for reach, light in ((1.0, 0.80), (0.84, 0.92), (0.64, 1.0), (0.44, 1.06), (0.26, 0.9)):
        for _ in range(int(count * (0.45 + 0.55 * reach))):
            ray = head.at(0, 0, reach * rng.uniform(0.82, 1.02), rng.uniform(0, 2 * math.pi))
            tint = shade(jitter(rng, colour, 8), light * rng.uniform(0.85, 1.1))
            half = rng.uniform(0.032, 0.05) / reach
            ray.fill(
                [(0.05, -0.3 * half), (0.97, -half), (1.0, -0.3 * half), (0.95, 0), (1.0, half), (0.05, half)], tint
            )
            ray.stroke([(0.2, half), (0.97, half)], 0.01, shade(tint, 0.72))
    for _ in range(rng.randint(0, 14)):
        turn, reach = rng.uniform(0, 2 * math.pi), rng.uniform(0.08, 0.35)
        head.at(0, 0, 1, turn).stroke(arc(0.06, 0, 4, 6, reach), 0.015, shade(colour, 0.62))


def _clock(head, rng, colour):
    head.disc(0, 0, 0.96, colour, 60)
    head.disc(0, 0, 0.72, colour, 45)
    bare = rng.choice([0.0, 0.0, 0.3, 0.5])  # the fraction that the wind has blown away
    begin = rng.uniform(0, 2 * math.pi)
    for x, y in sunflower_seeds(rng.randint(60, 110), 0.93):
        turn, reach = math.atan2(y, x), math.hypot(x, y)
        if ((turn - begin) % (2 * math.pi)) / (2 * math.pi) < bare:
            continue
        stalk = head.at(0, 0, 1, turn)
        stalk.stroke([(0.12, 0), (reach, 0)], 0.008, shade(colour, 0.86), 150)
        spray = stalk.at(reach, 0, rng.uniform(0.13, 0.19), rng.gauss(0, 0.2), 0.55 + 0.4 * (1 - reach))
        for hair in range(7):
            angle = -1.5 + 3.0 * hair / 6
            spray.stroke([(0, 0), (math.cos(angle), 1.3 * math.sin(angle))], 0.02, colour, 190)
        stalk.disc(0.2 + 0.1 * reach, 0, 0.018, (110, 84, 56))
    head.disc(0, 0, rng.uniform(0.11, 0.16), jitter(rng, (126, 118, 74), 14))


def rose(head, rng, colour):
    """Broad overlapping petals wound into each other, darker towards the middle."""
    rings = rng.randint(4, 6)
    turn = rng.uniform(0, 2 * math.pi)
    for ring in range(rings):
        reach = 1.0 - ring / (rings + 0.35)
        count = rng.choice([5, 6]) if ring < 2 else rng.choice([3, 4])
        for _ in range(count):
            turn += 2 * math.pi / count + rng.gauss(0, 0.1)
            leaf = head.at(0, 0, reach, turn)
            shape = [(0.40 + 0.62 * x, 0.68 * y) for x, y in blob(rng, 1.0, 0.16, corners=22)]
            tint = shade(jitter(rng, colour, 7), (0.62 + 0.5 * reach) * rng.uniform(0.92, 1.08))
            leaf.fill(shape, shade(tint, 0.68))
            leaf.fill([(0.97 * x - 0.03, 0.94 * y) for x, y in shape], shade(tint, 1.1))
            leaf.fill([(0.86 * x - 0.04, 0.86 * y) for x, y in shape], tint)
            leaf.fill([(0.62 * x - 0.06, 0.7 * y) for x, y in shape], shade(tint, 0.86), 150)
    _swirl(head.at(0, 0, 0.24, turn), colour)


def _swirl(heart, colour):
    heart.disc(0, 0, 1.0, shade(colour, 0.72))
    for k in range(3):
        heart.stroke(arc(0.85 - 0.26 * k, 1.9 * k, 1.9 * k + 4.2, 14), 0.12, shade(colour, 0.45))
        heart.stroke(arc(0.75 - 0.26 * k, 1.9 * k + 0.3, 1.9 * k + 3.0, 12), 0.08, shade(colour, 1.05))


def sunflower(head, rng, colour):
    """Two or three rings of pointed petals around a broad seeded disc."""
    count, heart = rng.randint(13, 24), rng.uniform(0.4, 0.58)
    tip = mix(colour, rng.choice([YELLOW, (170, 70, 24), colour]), 0.6)
    for ring in range(rng.choice([2, 3])):
        for k in range(count):
            leaf = head.at(0, 0, rng.uniform(0.84, 1.03), 2 * math.pi * (k + 0.5 * ring) / count + rng.gauss(0, 0.07))
            shape = petal(0.72 * heart, 1.0, rng.uniform(4.2, 6.0) / count, 0.85, rng.gauss(0, 0.07))
            tint = shade(jitter(rng, colour, 10), 0.8 + 0.12 * ring + rng.uniform(-0.05, 0.06))
            _petal(leaf, shape, tint, vein=(heart, 0.92))
            leaf.fill(petal(0.8, 1.0, 0.09, 0.85), tip, 120)
    _dome(head, rng, heart, jitter(rng, rng.choice([(92, 58, 30), (60, 40, 28), (120, 92, 40)]), 12), 110)


def tulip(head, rng, colour):
    """A cup seen from the side: three petals in front, the tips of others behind. Up is -y."""
    open_, tall = rng.uniform(0.0, 0.34), rng.uniform(0.9, 1.15)
    flame = mix(colour, rng.choice([YELLOW, WHITE, shade(colour, 0.6), colour]), 0.55)
    for side in (-0.55, 0.5, 0.0):  # behind
        back = head.at(0.0, 0.85, 1.75 * tall, -math.pi / 2 + side * (0.3 + open_))
        back.fill(petal(0, 0.97, 0.5, 0.9), shade(colour, 0.62))
    order = [-1, 1]
    rng.shuffle(order)
    for side in order:
        flank = head.at(side * 0.12, 0.9, 1.85 * tall, -math.pi / 2 + side * (0.16 + open_ * rng.uniform(0.7, 1.1)))
        shape = petal(0, 1.0, rng.uniform(0.48, 0.58), 0.78, side * rng.uniform(-0.04, 0.1))
        _petal(flank, shape, shade(jitter(rng, colour, 6), 0.86), vein=(0.1, 0.85))
        flank.fill(petal(0.3, 0.95, 0.14, 0.8), flame, 90)
    front = head.at(rng.gauss(0, 0.05), 0.92, rng.uniform(1.55, 1.8) * tall, -math.pi / 2 + rng.gauss(0, 0.05))
    _petal(front, petal(0, 1.0, rng.uniform(0.56, 0.68), 0.8), jitter(rng, colour, 6), vein=(0.05, 0.9))
    front.fill(petal(0.05, 0.9, 0.2, 0.75), flame, 100)
    for side in (-0.16, 0.16):
        front.stroke([(0.15, side), (0.5, 1.2 * side), (0.8, 0.8 * side)], 0.012, shade(colour, 0.75), 160)


def _petal(brush, shape, tint, vein):
    """A dark rim, the petal, a lighter inner face and a vein from x = vein[0] to vein[1]."""
    brush.fill(shape, shade(tint, 0.66))
    brush.fill([(0.985 * x + 0.004, 0.86 * y) for x, y in shape], tint)
    brush.fill([(0.9 * x + 0.07, 0.45 * y) for x, y in shape], shade(tint, 1.07), 140)
    brush.stroke([(vein[0], 0), (vein[1], 0)], 0.012, shade(tint, 0.8), 150)


def _dome(head, rng, radius, colour, seeds):
    """The disc in the middle of a composite flower: shaded to a rim, dotted in golden-angle spirals."""
    head.disc(0, 0, radius, shade(colour, 0.6))
    head.disc(0, 0, 0.92 * radius, shade(colour, 0.88))
    head.disc(-0.1 * radius, -0.12 * radius, 0.66 * radius, colour)
    for x, y in sunflower_seeds(seeds, 0.92 * radius):
        light = rng.uniform(0.6, 1.45)
        head.disc(x, y, 0.55 * radius / math.sqrt(seeds), shade(colour, light), 210)
    if rng.random() < 0.5:
        head.disc(0, 0, 0.4 * radius, shade(colour, rng.choice([0.55, 1.3])), 110)

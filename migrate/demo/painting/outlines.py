"""Outlines: lists of (x, y) points around or from the origin, for a brush to fill."""

import math


def petal(start, end, width, point=1.0, bend=0.0, notch=0.0, corners=9):
    """A petal or leaf along the x axis.

    Args:
        start: float, x where it begins.
        end: float, x where it ends.
        width: float, its greatest width.
        point: float, where it is widest: 1 in the middle, > 1 nearer the tip, < 1 nearer the base.
        bend: float, how far the tip lies aside (y).
        notch: float, depth of the cut in its tip, as a share of its length.
        corners: int, points on each side.

    Returns:
        list of (x, y).
    """
    upper, lower = [], []
    for k in range(corners + 1):
        t = k / float(corners)
        half = 0.5 * width * math.sin(math.pi * t**point) ** 0.8 if 0 < t < 1 else 0.0
        x, y = start + (end - start) * t, bend * t * t
        upper.append((x, y + half))
        lower.append((x, y - half))
    if notch:
        upper[-1] = lower[-1] = (end - notch * (end - start), bend)
    return upper + lower[::-1]


def ngon(corners, radius=1.0, turn=0.0):
    """A regular polygon."""
    return [_polar(radius, turn + 2 * math.pi * k / corners) for k in range(corners)]


def star(points, inner, outer=1.0, turn=0.0):
    """A star with ``points`` tips at radius ``outer`` and dents at radius ``inner``."""
    turns = [turn + math.pi * k / points for k in range(2 * points)]
    return [_polar(inner if k % 2 else outer, angle) for k, angle in enumerate(turns)]


def blob(rng, radius=1.0, roughness=0.25, waves=4, corners=30):
    """A closed, smooth, irregular outline: a circle with a few random waves in its radius."""
    phases = [(rng.uniform(0, 2 * math.pi), rng.uniform(-roughness, roughness) / (k + 1)) for k in range(waves)]
    outline = []
    for k in range(corners):
        angle = 2 * math.pi * k / corners
        wobble = sum(size * math.sin((n + 1) * angle + phase) for n, (phase, size) in enumerate(phases))
        outline.append(_polar(radius * (1 + wobble), angle))
    return outline


def box(left, top, right, bottom):
    """A rectangle."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def arc(radius, begin, end, corners=16, x=0.0, y=0.0, squash=1.0):
    """Points on a circle (or an ellipse) from angle ``begin`` to angle ``end``, in radians."""
    turns = [begin + (end - begin) * k / float(corners) for k in range(corners + 1)]
    return [(x + radius * math.cos(t), y + radius * squash * math.sin(t)) for t in turns]


def spiral(turns, inner=0.05, outer=1.0, corners_a_turn=20, begin=0.0):
    """Points on a spiral from radius ``inner`` to ``outer``."""
    count = int(turns * corners_a_turn)
    return [
        _polar(inner + (outer - inner) * k / float(count), begin + 2 * math.pi * k / corners_a_turn)
        for k in range(count + 1)
    ]


def wave(length, height, waves, corners=40, phase=0.0):
    """Points on a sine wave along x from -length to length."""
    steps = [-1 + 2.0 * k / corners for k in range(corners + 1)]
    return [(length * t, height * math.sin(math.pi * waves * t + phase)) for t in steps]


def sunflower_seeds(count, radius=1.0):
    """Points spread over a disc as seeds are in a sunflower: each a golden angle on (Vogel 1979)."""
    golden = math.pi * (3 - math.sqrt(5))
    return [_polar(radius * math.sqrt((k + 0.5) / count), k * golden) for k in range(count)]


def _polar(radius, angle):
    return (radius * math.cos(angle), radius * math.sin(angle))

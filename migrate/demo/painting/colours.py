"""Colours as (red, green, blue) tuples of numbers 0..255, and ways to vary them."""

import colorsys


def shade(colour, factor):
    """Darken (factor < 1) or lighten (factor > 1) a colour, clipped to 0..255."""
    return tuple(min(255.0, max(0.0, channel * factor)) for channel in colour)


def mix(first, second, share):
    """The colour ``share`` (0..1) of the way from ``first`` to ``second``."""
    return tuple(a + (b - a) * share for a, b in zip(first, second))


def jitter(rng, colour, amount):
    """The colour with every channel moved by up to ``amount`` grey levels."""
    return tuple(min(255.0, max(0.0, channel + rng.uniform(-amount, amount))) for channel in colour)


def any_colour(rng):
    """Any hue, from pale to saturated, from dim to bright."""
    red, green, blue = colorsys.hsv_to_rgb(rng.random(), rng.random() ** 0.8, rng.uniform(0.2, 1.0) ** 0.6)
    return (255 * red, 255 * green, 255 * blue)


def green(rng):
    """A leaf's green: yellowish to bluish, dark to light."""
    red, green_, blue = colorsys.hsv_to_rgb(rng.uniform(0.20, 0.40), rng.uniform(0.35, 0.85), rng.uniform(0.35, 0.8))
    return (255 * red, 255 * green_, 255 * blue)

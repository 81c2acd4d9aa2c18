"""A brush: draws outlines on a Pillow image through a chain of moves, turns, scales and squashes."""

import math

from PIL import ImageDraw


class Brush:
    """Draws in its own coordinates; `at` gives a brush whose coordinates lie elsewhere on the same image.

    So a flower head or a gear is defined once, around (0, 0) with radius 1, and placed anywhere.

    Args:
        image: PIL.Image in mode RGB, drawn on in place; colours with alpha < 255 are blended.
        matrix: (a, b, c, d, e, f), the pixel of (x, y) being (a x + b y + c, d x + e y + f).
    """

    def __init__(self, image, matrix=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0)):
        self.image = image
        self.matrix = matrix
        self._draw = ImageDraw.Draw(image, "RGBA")

    def at(self, x, y, scale=1.0, turn=0.0, squash=1.0):
        """A brush centred at (x, y): squashed along its y axis, then turned (radians), then scaled."""
        a, b, c, d, e, f = self.matrix
        cos, sin = scale * math.cos(turn), scale * math.sin(turn)
        squashed = (-sin * squash, cos * squash)
        return Brush(
            self.image,
            (
                a * cos + b * sin,
                a * squashed[0] + b * squashed[1],
                a * x + b * y + c,
                d * cos + e * sin,
                d * squashed[0] + e * squashed[1],
                d * x + e * y + f,
            ),
        )

    @property
    def pixels_per_unit(self):
        """The mean scale, float: how many pixels one unit is long."""
        a, b, _, d, e, _ = self.matrix
        return math.sqrt(abs(a * e - b * d))

    def fill(self, outline, colour, alpha=255):
        """Fill an outline: a list of (x, y), closed automatically."""
        self._draw.polygon(self._pixels(outline), fill=_ink(colour, alpha))

    def stroke(self, points, width, colour, alpha=255):
        """Draw a line through points; ``width`` in this brush's units, at least one pixel."""
        pixels = max(1, int(round(width * self.pixels_per_unit)))
        self._draw.line(self._pixels(points), fill=_ink(colour, alpha), width=pixels, joint="curve")

    def disc(self, x, y, radius, colour, alpha=255, squash=1.0):
        """Fill a circle, or an ellipse if ``squash`` (height / width) is not 1."""
        corners = max(8, min(40, int(4 + radius * self.pixels_per_unit)))
        turns = [2 * math.pi * k / corners for k in range(corners)]
        self.fill([(x + radius * math.cos(t), y + radius * squash * math.sin(t)) for t in turns], colour, alpha)

    def _pixels(self, points):
        a, b, c, d, e, f = self.matrix
        return [(a * x + b * y + c, d * x + e * y + f) for x, y in points]


def _ink(colour, alpha):
    red, green, blue = colour
    return (int(red), int(green), int(blue), int(alpha))

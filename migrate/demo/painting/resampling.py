"""Pillow's filters and transforms, under the names of Pillow 9.1 and later and of the 8.4 that Python 3.6 has."""

from PIL import Image

_FILTERS = getattr(Image, "Resampling", Image)

BOX = _FILTERS.BOX
BILINEAR = _FILTERS.BILINEAR
BICUBIC = _FILTERS.BICUBIC
AFFINE = getattr(Image, "Transform", Image).AFFINE

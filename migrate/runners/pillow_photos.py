"""Decode photos with Pillow to the same pixels as TensorFlow.

TensorFlow decodes JPEGs with libjpeg-turbo's fast DCT and smooth ("fancy") upsampling of subsampled colour. Pillow uses
the accurate DCT, which differs by up to 22 grey levels. Pillow's draft mode uses the fast DCT, but without smooth
upsampling. So this module reads luminance and colour as they are stored, and upsamples them with the integer arithmetic
of libjpeg-turbo's jdsample.c and jdcolor.c.
"""

import io
import struct
import warnings
from typing import Callable, Dict, Sequence, Tuple

import numpy as np
from PIL import Image, features
from PIL.JpegImagePlugin import JpegImageFile

from poets.migrate.task.photos.image_headers import check_photo
from poets.migrate.task.photos.survey import undecodable_photo

EXACT_JPEGS = bool(features.check_feature("libjpeg_turbo"))
"""Whether JPEGs decode to TensorFlow's pixels. With libjpeg 9 (Pillow 8.4), 600 photos are up to 3 grey levels off."""

_BAND = 64  # rows converted at a time, so that they stay in the processor's cache
# raised for corrupt files
_REFUSALS = (OSError, SyntaxError, ValueError, LookupError, EOFError, ZeroDivisionError, struct.error)


def decode(data: bytes, name: str) -> np.ndarray:
    """Decode one photo: uint8 [H, W, 3], RGB. Alpha is dropped and EXIF's rotation ignored, as in TensorFlow.

    Args:
        data: bytes, the whole file.
        name: str, the file's path, for messages.

    Raises:
        BadPhoto: it is not a photo (see `check_photo`), or its pixels are corrupt.
    """
    photo = check_photo(data, name, any_name=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns about corrupt EXIF data and transparent palettes
        try:
            if photo.kind == "jpeg":
                return _jpeg(data)
            image = Image.open(io.BytesIO(data), formats=[photo.kind.upper()])
            if photo.kind == "gif":
                # TensorFlow ignores the canvas around the picture
                return np.array(image.convert("RGB"))[: photo.height, : photo.width]
            return np.array(image.convert("RGB"))
        except _REFUSALS as error:
            raise undecodable_photo(name, str(error))


def _jpeg(data: bytes) -> np.ndarray:
    image = JpegImageFile(io.BytesIO(data))  # not Image.open, which may return a multi-picture image
    halved = [_SMOOTH.get(reduction) for reduction in _reductions(image)]
    if any(halved) and not _is_rgb(image):
        image.draft("YCbCr", None)
    image.decoderconfig = (1, 1)  # full size; draft mode, which uses the fast DCT
    if not any(halved):
        return np.array(image.convert("RGB"))
    stored = np.array(image)
    planes = [stored[:, :, at] if smooth is None else smooth(stored[:, :, at]) for at, smooth in enumerate(halved)]
    return _rgb(planes) if image.mode == "YCbCr" else np.stack(planes, 2)


def _reductions(image: JpegImageFile) -> Tuple[Tuple[int, int], ...]:
    """Subsampling factor of each component: (horizontal, vertical)."""
    most = [max(layer[axis] for layer in image.layer) for axis in (1, 2)]
    return tuple((most[0] // layer[1], most[1] // layer[2]) for layer in image.layer)


def _is_rgb(image: JpegImageFile) -> bool:
    """Whether the components are RGB, by libjpeg's rules (jdapimin.c, default_decompress_parms)."""
    if "jfif" in image.info:
        return False
    if "adobe_transform" in image.info:
        return image.info["adobe_transform"] == 0
    return [layer[0] for layer in image.layer] == [ord(letter) for letter in "RGB"]


def _halved_across(plane: np.ndarray) -> np.ndarray:
    """h2v1_fancy_upsample: a sample lies a quarter of the way between its neighbours."""
    height, width = plane.shape
    stored = plane[:, ::2].astype(np.uint16)
    if stored.shape[1] <= 2:
        return plane
    before, after = _beside(stored, 1)
    return np.stack([(3 * stored + before + 1) >> 2, (3 * stored + after + 2) >> 2], 2).reshape(height, -1)[:, :width]


def _halved_down(plane: np.ndarray) -> np.ndarray:
    """h1v2_fancy_upsample."""
    stored = plane[::2].astype(np.uint16)
    above, below = _beside(stored, 0)
    rows = np.stack([(3 * stored + above + 1) >> 2, (3 * stored + below + 2) >> 2], 1)
    return rows.reshape(-1, plane.shape[1])[: plane.shape[0]]


def _halved(plane: np.ndarray) -> np.ndarray:
    """h2v2_fancy_upsample: both directions at once, rounded once."""
    height, width = plane.shape
    stored = plane[::2, ::2].astype(np.uint16)
    if stored.shape[1] <= 2:
        return plane
    above, below = _beside(stored, 0)
    rows = np.stack([3 * stored + above, 3 * stored + below], 1).reshape(-1, stored.shape[1])[:height]
    before, after = _beside(rows, 1)
    return np.stack([(3 * rows + before + 8) >> 4, (3 * rows + after + 7) >> 4], 2).reshape(height, -1)[:, :width]


def _beside(stored: np.ndarray, axis: int) -> Tuple[np.ndarray, np.ndarray]:
    """Each sample's neighbours before and after it; at the edge the sample itself."""
    last = stored.shape[axis] - 1
    places = np.arange(last + 1)
    return stored.take(np.maximum(places - 1, 0), axis), stored.take(np.minimum(places + 1, last), axis)


def _rgb(planes: Sequence[np.ndarray]) -> np.ndarray:
    """ycc_rgb_convert: its factors are 16-bit fractions."""
    light, blue, red = planes
    pixels = np.empty(light.shape + (3,), np.uint8)
    for row in range(0, len(light), _BAND):
        band = slice(row, row + _BAND)
        grey, cold, warm = light[band].astype(np.int32), blue[band].astype(np.int32), red[band].astype(np.int32)
        cold -= 128
        warm -= 128
        for channel, added in enumerate((91881 * warm, -22554 * cold - 46802 * warm, 116130 * cold)):
            pixels[band, :, channel] = np.clip(grey + ((added + 32768) >> 16), 0, 255)
    return pixels


# Upsampling by subsampling factor (horizontal, vertical). Other factors repeat samples, as in libjpeg.
_SMOOTH: Dict[Tuple[int, int], Callable[[np.ndarray], np.ndarray]] = {
    (2, 1): _halved_across,
    (1, 2): _halved_down,
    (2, 2): _halved,
}

"""Picture recipes: a few numbers that hypothesis can draw and shrink, and the image file made from them."""

import io
from typing import Any, Dict, NamedTuple, Tuple

import numpy as np
from hypothesis import strategies as st
from PIL import Image, ImageFile

LARGEST = 4000  # pixels per side
# The modes each format supports, simplest first: hypothesis shrinks towards the first item of a list.
MODES: Dict[str, Tuple[str, ...]] = {
    "png": ("RGB", "L", "P", "1", "LA", "RGBA", "I;16"),
    "jpeg": ("RGB", "L", "CMYK"),
    "gif": ("P", "L"),
    "bmp": ("RGB", "L", "RGBA"),
}
FILLS = ("flat", "steps", "noise")
EXIF_ORIENTATION = 0x0112


class Picture(NamedTuple):
    format: str
    """Of MODES."""
    mode: str
    """One of the format's MODES, in Pillow's names."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    fill: str
    """Of FILLS."""
    colour: Tuple[int, int, int]
    """Colour of the fill `flat`; first colour of `steps`."""
    seed: int
    """Of `noise`."""
    quality: int
    """JPEG quality, 1..95."""
    subsampling: int
    """JPEG chroma subsampling: 0 is 4:4:4, 1 is 4:2:2, 2 is 4:2:0."""
    progressive: bool
    """Whether a JPEG is stored in scans of growing detail."""
    orientation: int
    """EXIF orientation, 1..8; 1 is upright."""
    cut: int
    """How much of the file is cut off at the end, in thousandths."""


def pictures() -> Any:
    """Hypothesis strategy: mostly small pictures, sometimes one of up to LARGEST pixels per side."""
    side = st.one_of(st.integers(1, 40), st.integers(1, 400), st.integers(1, LARGEST))
    return st.sampled_from(sorted(MODES, key=list(MODES).index)).flatmap(
        lambda kind: st.builds(
            Picture,
            st.just(kind),
            st.sampled_from(MODES[kind]),
            side,
            side,
            st.sampled_from(FILLS),
            st.tuples(*[st.integers(0, 255)] * 3),
            st.integers(0, 9),
            st.sampled_from((90, 30, 95)),
            st.integers(0, 2),
            st.booleans(),
            st.integers(1, 8),
            st.sampled_from((0, 0, 0, 0, 1, 300)),
        )
    )


def pixels_of(picture: Picture) -> np.ndarray:
    """uint8 [H, W, 3]."""
    shape = (picture.height, picture.width, 3)
    if picture.fill == "noise":
        return np.random.RandomState(picture.seed).randint(0, 256, shape).astype(np.uint8)
    flat = np.broadcast_to(np.array(picture.colour, np.int64), shape)
    if picture.fill == "flat":
        return flat.astype(np.uint8)
    rows, columns = np.mgrid[: picture.height, : picture.width]
    return np.asarray((flat + (37 * rows + 61 * columns)[:, :, np.newaxis]) % 256, np.uint8)


def encode(picture: Picture) -> bytes:
    """The picture's file."""
    image = Image.fromarray(pixels_of(picture))
    if picture.mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    elif picture.mode in ("RGBA", "LA"):
        image.putalpha(Image.fromarray(np.asarray(image)[:, :, 0]))
        image = image.convert(picture.mode)
    else:
        image = image.convert(picture.mode)
    options: Dict[str, Any] = {}
    if picture.format == "jpeg":
        options = {"quality": picture.quality, "subsampling": picture.subsampling, "progressive": picture.progressive}
        if picture.orientation != 1:
            exif = Image.Exif()
            exif[EXIF_ORIENTATION] = picture.orientation
            options["exif"] = exif.tobytes()
    file = io.BytesIO()
    # Pillow writes a progressive JPEG through one buffer, and noise needs a larger one than Pillow estimates.
    ImageFile.MAXBLOCK = max(1 << 16, 4 * picture.width * picture.height)
    image.save(file, picture.format, **options)
    data = file.getvalue()
    return data[: len(data) - len(data) * picture.cut // 1000]


def in_words(picture: Picture) -> str:
    """The picture in a few words."""
    words = [f"{picture.width} x {picture.height} {picture.format.upper()}, {picture.mode}, {picture.fill}"]
    if picture.fill != "noise":
        words.append("colour {}, {}, {}".format(*picture.colour))
    if picture.format == "jpeg":
        words.append(
            f"quality {picture.quality}, subsampling {picture.subsampling}"
            f"{', progressive' if picture.progressive else ''}"
        )
        if picture.orientation != 1:
            words.append(f"EXIF orientation {picture.orientation}")
    if picture.cut:
        words.append(f"cut short by {picture.cut / 10:.1f} %")
    return "; ".join(words)

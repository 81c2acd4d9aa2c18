"""Thumbnails of photos for the HTML page."""

import base64
import io

SIDE = 160  # pixels at most


def data_uri(path: str) -> str:
    """A photo as a JPEG of at most 160 x 160 pixels in a data URI; empty if it cannot be read here."""
    from PIL import Image

    try:
        with Image.open(path) as photo:
            photo.draft("RGB", (SIDE, SIDE))  # decodes a JPEG at a fraction of its size
            small = photo.convert("RGB")
            small.thumbnail((SIDE, SIDE))
            file = io.BytesIO()
            small.save(file, "JPEG", quality=80)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")

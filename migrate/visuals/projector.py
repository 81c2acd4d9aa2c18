"""TensorBoard's projector view of the bottlenecks: one point per photo, with a thumbnail, coloured by class or split.

The projector reads plain files beside a run's events, so both twins write the same ones: `projector_config.pbtxt`
names the vectors, the metadata of each point, and a sprite of all thumbnails
(tensorboard/plugins/projector/projector_config.proto).
"""

import hashlib
import os
from typing import List

import numpy as np
from PIL import Image

from poets.migrate.task.files import whole_file, write_text
from poets.migrate.task.photos.image_lists import ImageLists, Photo

THUMBNAIL = 48  # pixels per side
CONFIG, VECTORS, ABOUT, SPRITE = "projector_config.pbtxt", "bottlenecks.tsv", "bottlenecks_about.tsv", "thumbnails.png"
GREY = (128, 128, 128)  # for a photo that Pillow cannot read


def write_projector(folder: str, lists: ImageLists, features: np.ndarray, most: int) -> None:
    """Write the view, unless the same view already exists.

    Args:
        folder: str, the folder of a run's events, `<summaries_dir>/train`.
        lists: ImageLists.
        features: float32 [N, B], of all photos.
        most: int, the most photos to show, sampled evenly; 0 for no view.
    """
    count = len(lists.photos)
    path = os.path.join(folder, CONFIG)
    if most <= 0 or not count:
        if os.path.exists(path):
            os.remove(path)  # from an earlier run, maybe of other photos
        return
    chosen = [int(place) for place in np.unique(np.linspace(0, count - 1, min(most, count)).round())]
    photos = [lists.photos[index] for index in chosen]
    vectors = "".join("\t".join(f"{value:.5g}" for value in features[index]) + "\n" for index in chosen)
    about = "class\tsplit\tphoto\n" + "".join(
        f"{lists.labels[photo.label]}\t{photo.split}\t{plain(os.path.basename(photo.path))}\n" for photo in photos
    )
    digest = hashlib.sha256("\n".join([vectors, about] + [photo.path for photo in photos]).encode("utf-8", "replace"))
    config = config_text(digest.hexdigest())
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            if file.read() == config:
                return
        os.remove(path)  # the config names the other files: removed first, written last
    write_text(os.path.join(folder, VECTORS), vectors)
    write_text(os.path.join(folder, ABOUT), about)
    with whole_file(os.path.join(folder, SPRITE)) as temporary:
        sprite(photos).save(temporary, format="PNG")
    write_text(path, config)


def config_text(digest: str) -> str:
    """A `ProjectorConfig` in protobuf's text format; ``digest`` is the digest of its content."""
    return f"""# {digest}
embeddings {{
  tensor_name: "bottlenecks"
  tensor_path: "{VECTORS}"
  metadata_path: "{ABOUT}"
  sprite {{
    image_path: "{SPRITE}"
    single_image_dim: {THUMBNAIL}
    single_image_dim: {THUMBNAIL}
  }}
}}
"""


def sprite(photos: List[Photo]) -> Image.Image:
    """All thumbnails in one square picture, row by row."""
    columns = int(np.ceil(np.sqrt(len(photos))))
    sheet = Image.new("RGB", (columns * THUMBNAIL, columns * THUMBNAIL), GREY)
    for place, photo in enumerate(photos):
        sheet.paste(thumbnail(photo.path), (place % columns * THUMBNAIL, place // columns * THUMBNAIL))
    return sheet


def thumbnail(path: str) -> Image.Image:
    """A photo, squeezed to a square as the network sees it; grey where Pillow cannot read what TensorFlow can."""
    try:
        with Image.open(path) as photo:
            photo.draft("RGB", (THUMBNAIL, THUMBNAIL))  # decodes a JPEG at reduced size, many times faster
            return photo.convert("RGB").resize((THUMBNAIL, THUMBNAIL))
    except Exception:  # Pillow's plugins raise any type; a thumbnail must not stop a run
        return Image.new("RGB", (THUMBNAIL, THUMBNAIL), GREY)


def plain(text: str) -> str:
    """A name without the characters that would end its cell."""
    return "".join(letter if letter.isprintable() else " " for letter in text)

"""The pretrained network as a run sees it: a record, and functions on arrays that the twin provides."""

from typing import Callable, Dict, Iterator, NamedTuple, Sequence, Tuple

import numpy as np

from poets.migrate.task.photos.image_headers import BadPhoto

Photo = Tuple[str, str]  # path, kind


class TaskNetwork(NamedTuple):
    identity: str
    """SHA-256 of its file, or the address of a Hub module."""
    size: int
    """S, pixels per side."""
    mean: float
    """Subtracted from every pixel, in pixel units, 0..255."""
    std: float
    """What the result is divided by, in pixel units."""
    width: int
    """B, numbers per bottleneck."""
    compute_of_photos: Callable[[Sequence[Photo]], Iterator[np.ndarray]]
    """Photos -> bottlenecks float32 [n, B], for a chunk of photos; raises BadPhoto."""
    compute: Callable[[np.ndarray], np.ndarray]
    """Normalised pixels float32 [n, S, S, 3] -> bottlenecks float32 [n, B]."""
    read_distorted: Callable[[Photo, np.ndarray], np.ndarray]
    """A photo and its draw, float64 [5] -> normalised pixels float32 [S, S, 3]."""
    check_pixels: Callable[[Photo], object]
    """Raises BadPhoto if the photo's pixels cannot be decoded."""
    can_train: bool = True
    """Whether its weights can be fine-tuned."""


def undecodable(network: TaskNetwork, photos: Sequence[Photo]) -> Dict[str, str]:
    """The photos whose pixels cannot be decoded: path -> reason."""
    bad = {}
    for photo in photos:
        try:
            network.check_pixels(photo)
        except BadPhoto as error:
            bad[photo[0]] = str(error)
    return bad


def compute_distorted(network: TaskNetwork, photos: Sequence[Photo], draws: np.ndarray) -> np.ndarray:
    """float32 [n, B]: bottlenecks of photos, each distorted by its row of ``draws``, float64 [n, 5]."""
    return network.compute(np.stack([network.read_distorted(photo, draw) for photo, draw in zip(photos, draws)]))

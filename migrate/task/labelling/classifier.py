"""A classifier of photos, independent of file format and runtime; used by `label_image` and the judge."""

from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.task.photos.preprocessing import Preprocessing


class Classifier:
    """Photos to probabilities; each step can be called alone.

    Args:
        path: of the model.
        given: Preprocessing, the size and normalisation in use.
        labels: one per class, stored inside the model; None if there are none.
        classes: int, if it is known before anything runs.
        nodes: names of the input and output nodes, if the user can choose them.
    """

    def __init__(
        self,
        path: str,
        given: Preprocessing,
        labels: Optional[List[str]] = None,
        classes: Optional[int] = None,
        nodes: Optional[Dict[str, str]] = None,
    ) -> None:
        self.path, self.given = path, given
        self.labels, self.classes, self.nodes = labels, classes, nodes or {}

    def decode(self, path: str, kind: str) -> np.ndarray:
        """uint8 [H, W, 3], RGB, of a photo; ``kind`` comes from `survey.decoder_of`.

        Raises:
            BadPhoto: its pixels do not decode.
        """
        raise NotImplementedError

    def resize(self, pixels: np.ndarray) -> np.ndarray:
        """float32 [height, width, 3], 0..255."""
        raise NotImplementedError

    def normalize(self, pixels: np.ndarray) -> np.ndarray:
        """float32 [height, width, 3 or 1], in the network's channels: (pixel - mean) / std."""
        raise NotImplementedError

    def run(self, batch: np.ndarray) -> np.ndarray:
        """float32 [N, C] probabilities of normalised float32 [N, height, width, 3 or 1].

        Raises:
            BadInput: the network does not accept pictures of this shape.
        """
        raise NotImplementedError

    def pixels(self, path: str, kind: str) -> np.ndarray:
        """float32 [height, width, 3 or 1]: the input of `run` for one photo."""
        return self.normalize(self.resize(self.decode(path, kind)))

    def answer(self, photos: Sequence[Tuple[str, str]]) -> np.ndarray:
        """float32 [N, C] probabilities of photos, each (path, kind)."""
        return self.run(np.stack([self.pixels(path, kind) for path, kind in photos]))

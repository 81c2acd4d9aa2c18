"""A network that names photos, whatever it is kept in and whatever runs it: what `label_image` and the judge hold."""

from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.task.labelling.labels import Preprocessing


class Classifier:
    """Photo in, probabilities out, each step to be called alone.

    Attributes:
        labels: one per class, that travel inside; None where there are none.
        classes: int, where it is known before anything is run.
        given: Preprocessing, the size and normalisation in use.
        nodes: what its ends are called, where they have names that a user can choose.
    """

    labels: Optional[List[str]] = None
    classes: Optional[int] = None
    given: Preprocessing
    nodes: Dict[str, str] = {}

    def decode(self, path: str, kind: str) -> np.ndarray:
        """uint8 [H, W, 3], RGB, of a photo; ``kind`` is what `survey.decoder_of` says.

        Raises:
            BadPhoto: its pixels do not decode.
        """
        raise NotImplementedError

    def resize(self, pixels: np.ndarray) -> np.ndarray:
        """float32 [height, width, 3], 0..255."""
        raise NotImplementedError

    def normalize(self, pixels: np.ndarray) -> np.ndarray:
        """float32 [height, width, 3], (pixel - mean) / std."""
        raise NotImplementedError

    def run(self, batch: np.ndarray) -> np.ndarray:
        """float32 [N, C] probabilities of normalised float32 [N, height, width, 3].

        Raises:
            BadInput: the network does not take such pictures.
        """
        raise NotImplementedError

    def pixels(self, path: str, kind: str) -> np.ndarray:
        """float32 [height, width, 3]: what `run` takes, of one photo."""
        return self.normalize(self.resize(self.decode(path, kind)))

    def answer(self, photos: Sequence[Tuple[str, str]]) -> np.ndarray:
        """float32 [N, C] probabilities of photos, each (path, kind)."""
        return self.run(np.stack([self.pixels(path, kind) for path, kind in photos]))

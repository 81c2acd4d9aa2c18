"""What a twin implements for its worker: one method per step of the task."""

from typing import Any, Callable, Dict, List, Tuple

import numpy as np

from poets.migrate.task.labelling.classifier import Classifier
from poets.migrate.task.training.fine_tuning import FineTuningPlan
from poets.migrate.task.training.schedule import Schedule


class TwinStages:
    """The steps of the task. `decode` takes a photo's index; the stages after it take the previous stage's output."""

    def versions(self) -> Dict[str, Any]:
        """`tensorflow` -> its version, `keras` -> its version, or None if the twin does not use Keras."""
        raise NotImplementedError

    def open_network(self, architecture: str, model_dir: str, **options: Any) -> Any:
        """Load the pretrained network; returns (B, S): its number of features, and the side of its input in pixels."""
        raise NotImplementedError

    def decode(self, index: int) -> np.ndarray:
        """uint8 [H, W, 3], RGB, of a photo; ``index`` is that in the survey."""
        raise NotImplementedError

    def resize(self, pixels: np.ndarray) -> np.ndarray:
        """float32 [S, S, 3], 0..255, of decoded pixels uint8 [H, W, 3]."""
        raise NotImplementedError

    def normalize(self, pixels: np.ndarray) -> np.ndarray:
        """float32 [S, S, 3], (pixel - mean) / std, of resized pixels."""
        raise NotImplementedError

    def distorted(self, index: int, draw: np.ndarray) -> np.ndarray:
        """float32 [S, S, 3]: a photo distorted by ``draw``, float64 [5], and normalised."""
        raise NotImplementedError

    def bottleneck(self, pixels: np.ndarray) -> np.ndarray:
        """float32 [N, B], the features of normalised pixels float32 [N, S, S, 3]."""
        raise NotImplementedError

    def logits(self, features: np.ndarray) -> np.ndarray:
        """float32 [N, C], what the final layer gives for features float32 [N, B]."""
        raise NotImplementedError

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """float32 [N, C], the softmax of logits float32 [N, C]."""
        raise NotImplementedError

    def compute_features(self, indices: List[int]) -> np.ndarray:
        """float32 [N, B], the features of photos, computed from their files."""
        raise NotImplementedError

    def take_head(self, weights: np.ndarray, biases: np.ndarray) -> None:
        """Replace the final layer by one with these weights, float32 [B, C], and biases, float32 [C]."""
        raise NotImplementedError

    def train_head(
        self, features: np.ndarray, targets: np.ndarray, schedule: Schedule, on_step: Callable[[int], None]
    ) -> Any:
        """Train the final layer by a schedule; returns Trained.

        Args:
            features: float32 [N, B], of all photos.
            targets: int [N], their classes.
            schedule: Schedule.
            on_step: called with the number of each step, after it.
        """
        raise NotImplementedError

    def fine_tune_copy(
        self, plan: FineTuningPlan, weights: np.ndarray, biases: np.ndarray, indices: List[int]
    ) -> Tuple[Tuple[int, int], Dict[str, np.ndarray]]:
        """Train copies of network and final layer together: ((layers thawed, layers in all), arrays).

        The arrays are those that `calls.Worker.fine_tune` lists.

        Args:
            plan: FineTuningPlan.
            weights: float32 [B, C], the final layer's at the start.
            biases: float32 [C].
            indices: of the photos to be labelled afterwards.
        """
        raise NotImplementedError

    def export(self, output_graph: str, labels: List[str]) -> Dict[str, str]:
        """Write the trained network as `retrain` does; name of the output -> path."""
        raise NotImplementedError

    def open_exported(self, path: str) -> Classifier:
        """The classifier of `label_image` on an exported network."""
        raise NotImplementedError

    def label_one(self, index: int) -> np.ndarray:
        """float32 [C], the probabilities of one photo, from its file."""
        raise NotImplementedError

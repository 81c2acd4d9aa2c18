"""What a twin implements for its worker: one method per step of the task."""

from typing import Any, Callable, Dict, List, Tuple

import numpy as np

from poets.migrate.task.labelling.classifier import Classifier
from poets.migrate.task.training.fine_tuning import FineTuningPlan
from poets.migrate.task.training.schedule import Schedule


class TwinStages:
    """The steps of the task. `decode` takes a photo's index; the stages after it take the previous stage's output."""

    def versions(self) -> Dict[str, Any]:
        raise NotImplementedError

    def open_network(self, architecture: str, model_dir: str, **options: Any) -> Any:
        raise NotImplementedError

    def decode(self, index: int) -> np.ndarray:
        raise NotImplementedError

    def resize(self, pixels: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def normalize(self, pixels: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def distorted(self, index: int, draw: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def bottleneck(self, pixels: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def logits(self, features: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def compute_features(self, indices: List[int]) -> np.ndarray:
        raise NotImplementedError

    def take_head(self, weights: np.ndarray, biases: np.ndarray) -> None:
        raise NotImplementedError

    def train_head(
        self, features: np.ndarray, targets: np.ndarray, schedule: Schedule, on_step: Callable[[int], None]
    ) -> Any:
        raise NotImplementedError

    def fine_tune_copy(
        self, plan: FineTuningPlan, weights: np.ndarray, biases: np.ndarray, indices: List[int]
    ) -> Tuple[Tuple[int, int], Dict[str, np.ndarray]]:
        raise NotImplementedError

    def export(self, output_graph: str, labels: List[str]) -> Dict[str, str]:
        """Write the trained network as `retrain` does; name of the output -> path."""
        raise NotImplementedError

    def open_exported(self, path: str) -> Classifier:
        """The classifier of `label_image` on an exported network."""
        raise NotImplementedError

    def label_one(self, index: int) -> np.ndarray:
        raise NotImplementedError

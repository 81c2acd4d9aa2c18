"""Fine-tuning: after the final layer, the network's own weights train at a low rate. Its settings and random draws.

The network's batch norms keep their moving means and variances: these come from a large data set, and the small
batches that fit a board's memory would give much worse ones.
"""

from typing import Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.task.photos.distortions import NONE, draw_distortions
from poets.migrate.task.photos.image_lists import ImageLists, of_split
from poets.migrate.task.training.schedule import draw_batches
from poets.migrate.task.training.settings import FineTuning, TrainingSettings

COLLAPSE = 0.1  # drop in validation accuracy beyond which fine-tuning counts as having destroyed the network
MORE_THAN_CHANCE = 2  # photos that may always be lost, however few there are


class FineTuningPlan(NamedTuple):
    settings: FineTuning
    """How many layers and steps, and the rate."""
    train: np.ndarray
    """int32 [steps, batch], indices into ImageLists.photos."""
    draws: Optional[np.ndarray]
    """float64 [steps, batch, 5], distortions; None for none."""
    seed: int
    """Seed of the dropout masks."""


class Tuned(NamedTuple):
    layers: int
    """Thawed."""
    all_layers: int
    """Layers in the network."""
    weights: int
    """Number of trained variables, including the final layer's two."""
    moved: Optional[float]
    """The largest change of any network variable, relative to its largest value."""
    losses: List[Optional[float]]
    """Loss of each batch before its step; None for NaN and infinity."""
    validation_before: Optional[float]
    """Accuracy, 0..1; None without photos."""
    validation_after: Optional[float]
    """The same after fine-tuning."""
    test_before: Optional[float]
    """Accuracy on the test photos, 0..1; None without photos."""
    test_after: Optional[float]
    """The same after fine-tuning."""
    collapse: str
    """Why fine-tuning destroyed the network; empty if it did not."""


def plan_of(settings: FineTuning, training: TrainingSettings, lists: ImageLists, input_size: int) -> FineTuningPlan:
    """Draw a whole fine-tuning from the run's seed: classes uniformly, as for the final layer's batches."""
    random = np.random.RandomState([training.random_seed, 1])
    train = draw_batches(random, lists, "training", settings.steps, settings.batch_size)
    distortions, draws = training.distortions, None
    if distortions != NONE:
        draws = draw_distortions(distortions, train.shape[0], train.shape[1], input_size, [training.random_seed, 2])
    return FineTuningPlan(settings, train, draws, training.random_seed)


def dropout_mask(plan: FineTuningPlan, step: int, shape: Sequence[int]) -> np.ndarray:
    """float32 ``shape``: 0 for dropped features, 1 / (1 - dropout) for the rest, as in tf.nn.dropout."""
    rate = plan.settings.dropout
    if not rate:
        return np.ones(shape, np.float32)
    kept = np.random.RandomState([plan.seed, 3, step]).random_sample(shape) >= rate
    return np.asarray(kept.astype(np.float32) / np.float32(1 - rate))


def smoothed(one_hot: np.ndarray, smoothing: float) -> np.ndarray:
    """Labels float32 [n, C] with ``smoothing`` spread evenly over all classes, as in Keras's losses."""
    return np.asarray(one_hot * (1 - smoothing) + smoothing / one_hot.shape[-1], np.float32)


def batches_of(
    plan: FineTuningPlan,
    labels: np.ndarray,
    classes: int,
    width: int,
) -> Iterator[Tuple[np.ndarray, Optional[np.ndarray], np.ndarray, np.ndarray]]:
    """For each step: (photos int [n], distortions float64 [n, 5] or None, mask float32 [n, B], labels [n, C])."""
    one_hot = np.eye(classes, dtype=np.float32)
    for step, row in enumerate(plan.train):
        draws = None if plan.draws is None else plan.draws[step]
        yield (
            row,
            draws,
            dropout_mask(plan, step, (len(row), width)),
            smoothed(one_hot[labels[row]], plan.settings.label_smoothing),
        )


def conclude(
    lists: ImageLists,
    frozen: Dict[str, np.ndarray],
    tuned: Dict[str, np.ndarray],
    losses: np.ndarray,
    layers: Sequence[int],
    moved: float,
) -> Tuned:
    """Summarize a fine-tuning.

    Args:
        lists: ImageLists.
        frozen: split -> probabilities float32 [n, C] of its photos with only the final layer trained.
        tuned: the same after the fine-tuning.
        losses: float [steps].
        layers: number of thawed layers, of all layers, and of trained variables.
        moved: float, see `Tuned`.
    """
    rights: Dict[Tuple[str, str], Optional[float]] = {}
    for split in ("validation", "testing"):
        indices = of_split(lists, split)
        truth = np.array([lists.photos[index].label for index in indices])
        for when, found in (("before", frozen), ("after", tuned)):
            rights[split, when] = float(np.mean(found[split].argmax(axis=1) == truth)) if indices else None
    before, after = rights["validation", "before"], rights["validation", "after"]
    collapse = blown_up(losses, moved, len(lists.labels))
    count = len(of_split(lists, "validation"))
    if (
        not collapse
        and before is not None
        and after is not None
        and (before - after) * count > max(COLLAPSE * count, MORE_THAN_CHANCE)
    ):
        collapse = f"{100 * before:.1f} % of the validation photos were right before, {100 * after:.1f} % are now"
    return Tuned(
        layers[0],
        layers[1],
        layers[2],
        finite(moved),
        [finite(loss) for loss in losses],
        before,
        after,
        rights["testing", "before"],
        rights["testing", "after"],
        collapse,
    )


def blown_up(losses: np.ndarray, moved: float, classes: int) -> str:
    """Why the losses and weights show a destroyed network, without validation photos; empty if they do not.

    ``losses`` are float [steps], of each batch before its step.
    """
    odd = np.flatnonzero(~np.isfinite(losses))
    if odd.size:
        return f"the loss became NaN or infinite at step {int(odd[0])}"
    if not moved <= 1:  # also true for NaN
        return f"its weights moved by up to {moved:.2g} times their size"
    quarter = max(1, len(losses) // 4)
    first, last = float(np.mean(losses[:quarter])), float(np.mean(losses[-quarter:]))
    if last > max(2 * first, np.log(classes)):
        return f"the loss rose from {first:.2g} to {last:.2g}; guessing gives {np.log(classes):.2g}"
    return ""


def finite(value: float) -> Optional[float]:
    """The number; None for NaN and infinity, which JSON lacks."""
    return float(value) if np.isfinite(value) else None


def moved_most(before: Dict[str, np.ndarray], after: Dict[str, np.ndarray]) -> float:
    """The largest change of any network variable, relative to its largest value; 0 without variables.

    An all-zero variable, such as a bias, is compared with the largest value of all variables.

    ``before`` and ``after`` are name -> float array of any shape.
    """
    sizes = {name: float(np.abs(value).max()) for name, value in before.items()}
    largest = max(list(sizes.values()) + [1e-30])
    return max([float(np.abs(after[name] - before[name]).max()) / (sizes[name] or largest) for name in before] + [0.0])


def say_tuned(tuned: Tuned, settings: FineTuning, say: Callable[[str], None], warn: Callable[[str], None]) -> None:
    """Report whether the layers are frozen, the change in accuracy, and a warning if the network was destroyed."""
    layers = f"All {tuned.layers}" if tuned.layers == tuned.all_layers else str(tuned.layers)
    moved = float("nan") if tuned.moved is None else 100 * tuned.moved
    say(f"Are the layers frozen? {layers} of {tuned.all_layers} thawed; their weights moved by up to {moved:.2g} %")
    for what, before, after in (
        ("Validation", tuned.validation_before, tuned.validation_after),
        ("Test", tuned.test_before, tuned.test_after),
    ):
        if before is not None and after is not None:
            say(f"{what} accuracy: frozen = {100 * before:.1f}%, fine-tuned = {100 * after:.1f}%")
    if tuned.collapse:
        warn(
            f"fine-tuning destroyed the network: {tuned.collapse}; the outputs contain the network from before "
            f"fine-tuning; try --fine_tune_rate {settings.learning_rate / 10:g}"
        )

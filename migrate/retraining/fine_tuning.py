"""What both twins do around a fine-tuning: the photos before and after it, the conclusion, the report."""

from typing import Callable, Dict, List, Tuple

import numpy as np

from poets.migrate import console
from poets.migrate.retraining.network import Photo
from poets.migrate.retraining.run import Run
from poets.migrate.task.photos.image_lists import of_split
from poets.migrate.task.training.fine_tuning import Tuned, conclude, moved_most, say_tuned

SPLITS = ("validation", "testing")
Answers = Dict[str, np.ndarray]  # split -> logits or probabilities float32 [n, C] of its photos


def of_bottlenecks(run: Run, answer: Callable[[np.ndarray], np.ndarray]) -> Answers:
    """``answer`` for the cached bottlenecks of the validation photos, and of the test photos."""
    return {split: answer(run.features[of_split(run.known.lists, split)]) for split in SPLITS}


def of_photos(run: Run, answer: Callable[[List[Photo]], np.ndarray]) -> Answers:
    """``answer`` for the validation photos, and for the test photos."""
    photos = run.photos
    return {split: answer([photos[index] for index in of_split(run.known.lists, split)]) for split in SPLITS}


def report(
    run: Run,
    frozen: Answers,
    tuned: Answers,
    losses: np.ndarray,
    layers: Tuple[int, int],
    before: Dict[str, np.ndarray],
    after: Dict[str, np.ndarray],
) -> Tuned:
    """Conclude, report and record a fine-tuning.

    Args:
        run: Run.
        frozen: what the network gave with only its final layer trained.
        tuned: what it gives now.
        losses: float [steps].
        layers: number of thawed layers, and of all layers.
        before: name -> value of each thawed weight before the first step.
        after: the same after the last.
    """
    assert run.fine_tuning is not None
    counts = layers + (len(before) + 2,)  # the final layer's weights and biases train too
    run.tuned = conclude(run.known.lists, frozen, tuned, losses, counts, moved_most(before, after))
    say_tuned(run.tuned, run.fine_tuning, run.say, console.warn)
    return run.tuned

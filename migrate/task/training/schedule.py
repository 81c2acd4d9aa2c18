"""The training schedule: initial weights, the batch of every step and every distortion, drawn from one seed.

retrain.py draws during training, without a seed. Here numpy draws all random numbers beforehand, so that two twins
(or one twin twice, after a `kill -9`) train on the same numbers in the same order.
"""

from typing import List, NamedTuple, Optional, Sequence

import numpy as np

from poets.migrate.task.errors import BadInput
from poets.migrate.task.photos.image_lists import ImageLists, of_split
from poets.migrate.task.training.settings import TrainingSettings


class Schedule(NamedTuple):
    weights: np.ndarray
    """float32 [B, C], the final layer's initial weights."""
    biases: np.ndarray
    """float32 [C]."""
    train: np.ndarray
    """int32 [steps, batch], indices into ImageLists.photos."""
    validation: np.ndarray
    """int32 [evaluations, batch]."""
    test: np.ndarray
    """int32 [batch]."""
    learning_rate: float
    """Of gradient descent, constant."""
    eval_step_interval: int
    """Steps between evaluations."""


def truncated_normal(random: np.random.RandomState, shape: Sequence[int], stddev: float) -> np.ndarray:
    """float32 draws of a normal distribution; values beyond two standard deviations are redrawn.

    This is the distribution of `tf.truncated_normal`, which initializes retrain.py's final layer (stddev 0.001).
    """
    draws = random.normal(size=shape)
    beyond = np.abs(draws) > 2.0
    while beyond.any():
        draws[beyond] = random.normal(size=int(beyond.sum()))
        beyond = np.abs(draws) > 2.0
    return (draws * stddev).astype(np.float32)


def is_evaluation(step: int, steps: int, interval: int) -> bool:
    """Whether retrain.py evaluates after this step: every ``interval`` steps from 0, and after the last."""
    return step % interval == 0 or step == steps - 1


def evaluation_steps(steps: int, interval: int) -> List[int]:
    """The steps after which the validation accuracy is taken."""
    return [step for step in range(steps) if is_evaluation(step, steps, interval)]


def draw_batches(random: np.random.RandomState, lists: ImageLists, split: str, count: int, batch: int) -> np.ndarray:
    """int32 [count, batch] indices into ``lists.photos``: draw a class uniformly, then one of its photos.

    This is retrain.py's rule: a rare class is seen as often as a common one. A ``batch`` of -1 takes every photo of
    the split, in order, each time.
    """
    if batch < 0:
        return np.tile(np.asarray(of_split(lists, split), np.int32), (count, 1))
    pools: List[List[int]] = [[] for _ in lists.labels]
    for index in of_split(lists, split):
        pools[lists.photos[index].label].append(index)
    sizes = np.array([len(pool) for pool in pools])
    if (sizes == 0).any():
        raise BadInput(f"class '{lists.labels[int(sizes.argmin())]}' has no {split} photo to draw")
    padded = np.zeros((len(pools), sizes.max()), np.int32)
    for label, pool in enumerate(pools):
        padded[label, : len(pool)] = pool
    labels = random.randint(len(pools), size=(count, batch))
    places = (random.random_sample((count, batch)) * sizes[labels]).astype(np.int64)
    return np.asarray(padded[labels, places])


def make_schedule(
    lists: ImageLists,
    bottleneck_size: int,
    steps: int = 4000,
    train_batch_size: int = 100,
    validation_batch_size: int = 100,
    test_batch_size: int = -1,
    learning_rate: float = 0.01,
    eval_step_interval: int = 10,
    seed: Optional[int] = 0,
) -> Schedule:
    """Draw a whole training run. The same seed and photos give the same schedule.

    Args:
        lists: ImageLists.
        bottleneck_size: int, B.
        steps: int, training steps. 0 is allowed: the final layer stays as drawn.
        train_batch_size: int, photos per step; -1 for all.
        validation_batch_size: int, photos per evaluation; -1 for all. None are drawn if there are no validation photos.
        test_batch_size: int, photos in the final evaluation; -1 (default) for all.
        learning_rate: float, for gradient descent.
        eval_step_interval: int, steps between evaluations.
        seed: int, or None for a fresh one.
    """
    _check_counts(steps, train_batch_size, validation_batch_size, test_batch_size, eval_step_interval, learning_rate)
    streams = [np.random.RandomState(part) for part in np.random.RandomState(seed).randint(2**31 - 1, size=4)]
    classes = len(lists.labels)
    evaluations = len(evaluation_steps(steps, eval_step_interval))
    has_validation = bool(of_split(lists, "validation"))
    has_test = bool(of_split(lists, "testing"))
    return Schedule(
        weights=truncated_normal(streams[0], (bottleneck_size, classes), 0.001),
        biases=np.zeros(classes, np.float32),
        train=draw_batches(streams[1], lists, "training", steps, train_batch_size),
        validation=(
            draw_batches(streams[2], lists, "validation", evaluations, validation_batch_size)
            if has_validation
            else np.zeros((evaluations, 0), np.int32)
        ),
        test=(draw_batches(streams[3], lists, "testing", 1, test_batch_size)[0] if has_test else np.zeros(0, np.int32)),
        learning_rate=learning_rate,
        eval_step_interval=eval_step_interval,
    )


def _check_counts(steps: int, train: int, validation: int, test: int, interval: int, learning_rate: float) -> None:
    if steps < 0:
        raise BadInput(f"--how_many_training_steps: {steps} is below 0")
    if interval < 1:
        raise BadInput(f"--eval_step_interval: {interval} is below 1")
    if not learning_rate > 0 or not np.isfinite(learning_rate):
        raise BadInput(f"--learning_rate: {learning_rate} is not a number above 0")
    for flag, size in (("train", train), ("validation", validation), ("test", test)):
        if size == 0 or size < -1:
            raise BadInput(f"--{flag}_batch_size: {size} is not a batch; give 1 or more, or -1 for all photos")


def schedule_of(settings: TrainingSettings, lists: ImageLists, bottleneck_size: int) -> Schedule:
    """The schedule of a training's settings; arguments and errors as of `make_schedule`."""
    return make_schedule(
        lists,
        bottleneck_size,
        steps=settings.how_many_training_steps,
        train_batch_size=settings.train_batch_size,
        validation_batch_size=settings.validation_batch_size,
        test_batch_size=settings.test_batch_size,
        learning_rate=settings.learning_rate,
        eval_step_interval=settings.eval_step_interval,
        seed=settings.random_seed,
    )

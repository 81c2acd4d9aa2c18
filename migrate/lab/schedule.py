"""The beginner lab's schedule: initial weights, the batch and the dropout mask of every step, drawn from one seed.

Keras and TF1 draw all of this themselves, and no seed makes both draw the same. With numpy's draws, two twins train on
the same numbers in the same order. The masks of a whole run may take gigabytes, so each step has its own seed, and
each side draws the mask when the step comes.
"""

from typing import Iterator, List, NamedTuple, Tuple

import numpy as np

from poets.migrate.lab.digits import CLASSES, SIDE
from poets.migrate.task.errors import BadInput

LAYERS = ("dense", "conv")
PRECISIONS = ("float32", "float64")
FILTERS = (16, 32)  # of conv's two convolutions, 3 x 3 each and followed by 2 x 2 max pooling
KERNEL = 3


def single(number: float) -> float:
    """The float32 number nearest to ``number``.

    All numbers given to both sides are rounded like this, as TF1 and Keras round different ones to float32. TF1
    computes 1 - 0.999 in float32 and Keras 3 in Python: a relative difference of 1.3e-5, far too much for comparing
    losses step by step.
    """
    return float(np.float32(number))


PIXEL_SCALE = single(1 / 255)
BETA_1 = single(0.9)
BETA_2 = single(0.999)
# Both optimizers compute Adam's bias correction into the learning rate and add epsilon to the uncorrected square root,
# the paper's "epsilon hat": lr * sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (sqrt(v) + epsilon). Only the defaults
# differ, 1e-8 in TF1 and 1e-7 in Keras. Keras's is used: the larger one amplifies rounding less where v is tiny.
EPSILON = single(1e-7)


class Lab(NamedTuple):
    layers: str
    """One of LAYERS."""
    hidden: int
    """Units of the hidden layer."""
    dropout: float
    """Fraction of hidden units dropped at a training step, 0 <= fraction < 1."""
    learning_rate: float
    """Adam's, constant."""
    batch_size: int
    """Images per step; the last step of an epoch may have fewer."""
    epochs: int
    """Passes over the images; 0 trains nothing."""
    precision: str
    """One of PRECISIONS: the dtype of the computation."""


class LabSchedule(NamedTuple):
    weights: List[np.ndarray]
    """float32, the initial kernel and bias of each layer in turn."""
    order: np.ndarray
    """int32 [epochs, N], the order of the images in each epoch."""
    mask_seeds: np.ndarray
    """int64 [steps], below 2**32."""


Step = Tuple[np.ndarray, np.ndarray]  # rows int32 [n] of the images, scaled dropout mask [n, hidden]


def check_lab(lab: Lab) -> None:
    """Raise BadInput for settings out of range."""
    if lab.hidden < 1 or lab.batch_size < 1 or lab.epochs < 0:
        raise BadInput("--hidden and --batch_size must be 1 or more, --epochs 0 or more")
    if not 0 <= lab.dropout < 1 or not 0 < lab.learning_rate < float("inf"):
        raise BadInput("--dropout must be 0 or more and below 1, --learning_rate above 0")


def weight_shapes(lab: Lab) -> List[Tuple[int, ...]]:
    """The shapes of all kernels and biases in turn; 101,770 numbers for the lab's own network."""
    kernels: List[Tuple[int, ...]] = []
    inputs = SIDE * SIDE
    if lab.layers == "conv":
        side, channels = SIDE, 1
        for filters in FILTERS:
            kernels.append((KERNEL, KERNEL, channels, filters))
            side, channels = (side - KERNEL + 1) // 2, filters
        inputs = side * side * channels
    kernels += [(inputs, lab.hidden), (lab.hidden, CLASSES)]
    return [shape for kernel in kernels for shape in (kernel, kernel[-1:])]


def parameters(lab: Lab) -> int:
    """The number of trainable parameters."""
    return sum(int(np.prod(shape)) for shape in weight_shapes(lab))


def glorot_uniform(random: np.random.RandomState, shape: Tuple[int, ...]) -> np.ndarray:
    """float32 draws like those of Keras's default initializer: within sqrt(6 / (inputs + outputs))."""
    field = int(np.prod(shape[:-2]))
    limit = np.sqrt(6.0 / (field * (shape[-2] + shape[-1])))
    return random.uniform(-limit, limit, shape).astype(np.float32)


def make_lab_schedule(lab: Lab, count: int, seed: int) -> LabSchedule:
    """Draw a whole training on ``count`` images. The same seed gives the same schedule.

    Raises:
        BadInput: a seed that numpy does not accept.
    """
    if not 0 <= seed < 2**32:
        raise BadInput(f"--random_seed: {seed} is not within 0 to {2**32 - 1}")
    streams = [np.random.RandomState(part) for part in np.random.RandomState(seed).randint(2**31 - 1, size=3)]
    weights = [
        glorot_uniform(streams[0], shape) if len(shape) > 1 else np.zeros(shape, np.float32)
        for shape in weight_shapes(lab)
    ]
    order = np.zeros((lab.epochs, count), np.int32)
    for row in order:
        row[:] = streams[1].permutation(count)
    return LabSchedule(
        weights, order, streams[2].randint(2**32, size=lab.epochs * steps_per_epoch(lab, count), dtype=np.int64)
    )


def steps_per_epoch(lab: Lab, count: int) -> int:
    """Steps per epoch; the last may be smaller."""
    return -(-count // lab.batch_size)


def draw_mask(seed: int, count: int, lab: Lab) -> np.ndarray:
    """[count, hidden] of the lab's precision: 0 for a unit that is dropped, 1 / (1 - dropout) for one that stays."""
    keep = np.random.RandomState(seed).random_sample((count, lab.hidden)) >= lab.dropout
    number = np.dtype(lab.precision).type
    return keep.astype(number) * number(1 / (1 - lab.dropout))


def steps_of(schedule: LabSchedule, lab: Lab) -> Iterator[Step]:
    """The steps of the training, in order."""
    seeds = iter(schedule.mask_seeds)
    for row in schedule.order:
        for start in range(0, len(row), lab.batch_size):
            rows = row[start : start + lab.batch_size]
            yield rows, draw_mask(int(next(seeds)), len(rows), lab)

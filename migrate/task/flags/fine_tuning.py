"""The fine-tuning flags and the settings they give."""

import argparse
from typing import Any, NamedTuple, Optional

from poets.migrate.task.errors import BadInput

DEFAULTS = {
    "fine_tune_layers": None,
    "fine_tune_steps": 100,
    "fine_tune_rate": 1e-4,
    "fine_tune_momentum": 0.0,
    "fine_tune_batch_size": "auto",
    "dropout": 0.0,
    "label_smoothing": 0.0,
    "l2": 0.0,
}
AUTO_BATCH = 32  # photos per step, as in the course's Hub lab


class FineTuning(NamedTuple):
    layers: Optional[int]
    """How many of the network's last layers; None for all."""
    steps: int
    learning_rate: float
    momentum: float
    batch_size: int
    dropout: float
    """Fraction of the bottleneck's values dropped in each step."""
    label_smoothing: float
    l2: float
    """Factor of the sum of squares of the final weights, added to the loss."""


def add_fine_tuning_flags(parser: argparse.ArgumentParser) -> None:
    """Add the fine-tuning flags, shared by `retrain` and `parity`."""
    group = parser.add_argument_group("fine-tuning (trains the network's own weights too, after the final layer)")
    group.add_argument("--fine_tune", action="store_true", help="thaw the network and train all of it")
    group.add_argument("--fine_tune_layers", type=int, metavar="N", help="thaw only the last N layers; default: all")
    group.add_argument("--fine_tune_steps", type=int, help="training steps")
    group.add_argument(
        "--fine_tune_rate",
        type=float,
        help="learning rate of gradient descent; ten times the default can destroy a network",
    )
    group.add_argument("--fine_tune_momentum", type=float, help="momentum; 0.9 in the TF2 tutorial")
    group.add_argument(
        "--fine_tune_batch_size",
        metavar="N",
        help=f"photos per step; auto: {AUTO_BATCH}, halved if memory runs out",
    )
    group.add_argument("--dropout", type=float, help="fraction of features dropped; 0.2 in the TF2 tutorial")
    group.add_argument("--label_smoothing", type=float, help="label smoothing; 0.1 in the TF2 tutorial")
    group.add_argument("--l2", type=float, help="L2 penalty on the final weights; 1e-4 in the TF2 tutorial")
    parser.set_defaults(**DEFAULTS)


def fine_tuning_of(flags: Any) -> Optional[FineTuning]:
    """The settings from the flags, or from a record with the same names; None without `--fine_tune`.

    Raises:
        BadInput: a value that cannot be used.
    """
    if not flags.fine_tune:
        for name, value in DEFAULTS.items():
            if getattr(flags, name) != value:
                raise BadInput(f"--{name} requires --fine_tune")
        return None
    if flags.fine_tune_batch_size == "auto":
        batch = AUTO_BATCH
    elif flags.fine_tune_batch_size.isdigit() and int(flags.fine_tune_batch_size) > 0:
        batch = int(flags.fine_tune_batch_size)
    else:
        raise BadInput(f"--fine_tune_batch_size: '{flags.fine_tune_batch_size}' is neither auto nor 1 or more")
    if flags.fine_tune_layers is not None and flags.fine_tune_layers < 0:
        raise BadInput(f"--fine_tune_layers: {int(flags.fine_tune_layers)} is below 0")
    if flags.fine_tune_steps < 1:
        raise BadInput(f"--fine_tune_steps: {int(flags.fine_tune_steps)} is below 1")
    if not 0 < flags.fine_tune_rate < float("inf"):
        raise BadInput(f"--fine_tune_rate: {flags.fine_tune_rate} is not a number above 0")
    for name in ("fine_tune_momentum", "dropout", "label_smoothing"):
        if not 0 <= getattr(flags, name) < 1:
            raise BadInput(f"--{name}: {getattr(flags, name)} is not 0 or more and below 1")
    if not 0 <= flags.l2 < float("inf"):
        raise BadInput(f"--l2: {flags.l2} is not 0 or more")
    return FineTuning(
        flags.fine_tune_layers,
        flags.fine_tune_steps,
        flags.fine_tune_rate,
        flags.fine_tune_momentum,
        batch,
        flags.dropout,
        flags.label_smoothing,
        flags.l2,
    )

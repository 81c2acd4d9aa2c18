"""The flags of the beginner lab: shared by `mnist` in both twins and by `poets parity --task mnist`."""

import argparse
from typing import Any

from poets.migrate.lab.schedule import LAYERS, PRECISIONS, Lab, check_lab
from poets.migrate.task.errors import BadInput


def add_lab_flags(parser: Any) -> None:
    """Add the flags for pictures, network and training."""
    group = parser.add_argument_group("pictures")
    group.add_argument(
        "--data",
        metavar="PATH",
        help="mnist.npz, or a folder of IDX files, gzipped or not; default: digits drawn by poets",
    )
    group.add_argument("--download", action="store_true", help="use the real MNIST: Keras's mnist.npz, 11 MB, cached")
    group = parser.add_argument_group("network and training")
    group.add_argument(
        "--layers", choices=LAYERS, default="dense", help="dense: 784-hidden-10; conv: two convolutions in front of it"
    )
    group.add_argument("--hidden", type=int, default=128, help="units of the hidden layer")
    group.add_argument("--dropout", type=float, default=0.2, help="fraction of hidden units dropped in training")
    group.add_argument("--epochs", type=int, default=5, help="passes over all pictures")
    group.add_argument("--batch_size", type=int, default=32, help="pictures per step")
    group.add_argument("--learning_rate", type=float, default=0.001, help="learning rate of Adam")
    group.add_argument("--precision", choices=PRECISIONS, default="float32", help="dtype of the computation")
    group.add_argument(
        "--random_seed", type=int, default=0, help="seed of the initial weights, the batches and the dropout masks"
    )


def lab_of(flags: argparse.Namespace) -> Lab:
    """The flags as one record.

    Raises:
        BadInput: numbers out of range, or two sources of pictures.
    """
    if flags.data and flags.download:
        raise BadInput("--data and --download: give one of them")
    lab = Lab(
        flags.layers, flags.hidden, flags.dropout, flags.learning_rate, flags.batch_size, flags.epochs, flags.precision
    )
    check_lab(lab)
    return lab

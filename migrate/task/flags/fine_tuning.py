"""The fine-tuning flags; `TrainingSettings` holds their values and defaults."""

import argparse

from poets.migrate.task.training.settings import AUTO_BATCH, FINE_TUNING_FLAGS, TrainingSettings


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
    parser.set_defaults(**{name: TrainingSettings._field_defaults[name] for name in FINE_TUNING_FLAGS})

"""Settings of a training, for `retrain` and the judge. The names are those of the flags of `poets retrain`."""

from typing import NamedTuple, Optional

from poets.migrate.task.errors import BadInput
from poets.migrate.task.photos.distortions import Distortions

AUTO_BATCH = 32  # photos per step, as in the course's Hub lab


class FineTuning(NamedTuple):
    layers: Optional[int]
    """How many of the network's last layers; None for all."""
    steps: int
    """Number of training steps."""
    learning_rate: float
    """Of gradient descent, constant."""
    momentum: float
    """0 for plain gradient descent, below 1."""
    batch_size: int
    """Photos per step."""
    dropout: float
    """Fraction of the bottleneck's values dropped in each step."""
    label_smoothing: float
    """Share of each label that is spread evenly over all classes, 0 or more and below 1."""
    l2: float
    """Factor of the sum of squares of the final weights, added to the loss."""


class TrainingSettings(NamedTuple):
    testing_percentage: int
    """Percentage of the photos kept for the test."""
    validation_percentage: int
    """Percentage kept for validation."""
    on_bad_image: str
    """`fail` or `skip`: what to do with unusable photos."""
    how_many_training_steps: int
    """Steps of the final layer's training."""
    learning_rate: float
    """Of gradient descent, constant."""
    train_batch_size: int
    """Photos per step; -1 for all."""
    validation_batch_size: int
    """Photos per evaluation; -1 for all."""
    test_batch_size: int
    """Photos of the final test; -1 for all."""
    eval_step_interval: int
    """Steps between evaluations."""
    random_seed: int
    """Of the schedule: initial weights, batches, distortions and dropout."""
    flip_left_right: bool = False
    """Mirror half of the photos, at random."""
    random_crop: int = 0
    """Percent of margin around the window."""
    random_scale: int = 0
    """Largest enlargement in percent."""
    random_brightness: int = 0
    """Largest change of brightness in percent, up or down."""
    fine_tune: bool = False
    """Whether network and final layer are trained together afterwards."""
    fine_tune_layers: Optional[int] = None
    """Number of last layers of the network to fine-tune; None for all."""
    fine_tune_steps: int = 100
    """Number of steps of fine-tuning."""
    fine_tune_rate: float = 1e-4
    """Its learning rate, constant."""
    fine_tune_momentum: float = 0.0
    """0 for plain gradient descent, below 1."""
    fine_tune_batch_size: str = "auto"
    """`auto`, or the number of photos per step."""
    dropout: float = 0.0
    """Fraction of the bottleneck's values dropped in each step of fine-tuning."""
    label_smoothing: float = 0.0
    """Share of each label that is spread evenly over all classes."""
    l2: float = 0.0
    """Factor of the sum of squares of the final weights, added to the loss."""

    @property
    def distortions(self) -> Distortions:
        """Those of the photos of a training."""
        return Distortions(self.flip_left_right, self.random_crop, self.random_scale, self.random_brightness)


FINE_TUNING_FLAGS = ("dropout", "label_smoothing", "l2") + tuple(
    name for name in TrainingSettings._fields if name.startswith("fine_tune_")
)


def fine_tuning_of(settings: TrainingSettings) -> Optional[FineTuning]:
    """The fine-tuning that is asked for; None without `--fine_tune`.

    Raises:
        BadInput: a value that cannot be used.
    """
    if not settings.fine_tune:
        for name in FINE_TUNING_FLAGS:
            if getattr(settings, name) != TrainingSettings._field_defaults[name]:
                raise BadInput(f"--{name} requires --fine_tune")
        return None
    if settings.fine_tune_batch_size == "auto":
        batch = AUTO_BATCH
    elif settings.fine_tune_batch_size.isdigit() and int(settings.fine_tune_batch_size) > 0:
        batch = int(settings.fine_tune_batch_size)
    else:
        raise BadInput(f"--fine_tune_batch_size: '{settings.fine_tune_batch_size}' is neither auto nor 1 or more")
    if settings.fine_tune_layers is not None and settings.fine_tune_layers < 0:
        raise BadInput(f"--fine_tune_layers: {int(settings.fine_tune_layers)} is below 0")
    if settings.fine_tune_steps < 1:
        raise BadInput(f"--fine_tune_steps: {int(settings.fine_tune_steps)} is below 1")
    if not 0 < settings.fine_tune_rate < float("inf"):
        raise BadInput(f"--fine_tune_rate: {settings.fine_tune_rate} is not a number above 0")
    for name in ("fine_tune_momentum", "dropout", "label_smoothing"):
        if not 0 <= getattr(settings, name) < 1:
            raise BadInput(f"--{name}: {getattr(settings, name)} is not 0 or more and below 1")
    if not 0 <= settings.l2 < float("inf"):
        raise BadInput(f"--l2: {settings.l2} is not 0 or more")
    return FineTuning(
        settings.fine_tune_layers,
        settings.fine_tune_steps,
        settings.fine_tune_rate,
        settings.fine_tune_momentum,
        batch,
        settings.dropout,
        settings.label_smoothing,
        settings.l2,
    )

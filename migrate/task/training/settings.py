"""Training settings of the compared twins. The names are those of the flags of `poets retrain`."""

from typing import NamedTuple, Optional


class TrainingSettings(NamedTuple):
    testing_percentage: int
    """Percentage of the photos kept for the test."""
    validation_percentage: int
    on_bad_image: str
    """`fail` or `skip`: what to do with unusable photos."""
    how_many_training_steps: int
    learning_rate: float
    train_batch_size: int
    """Photos per step; -1 for all. The same for:"""
    validation_batch_size: int
    test_batch_size: int
    eval_step_interval: int
    random_seed: int
    flip_left_right: bool = False
    random_crop: int = 0
    """Percent; the same for:"""
    random_scale: int = 0
    random_brightness: int = 0
    fine_tune: bool = False
    fine_tune_layers: Optional[int] = None
    """Number of last layers of the network to fine-tune; None for all."""
    fine_tune_steps: int = 100
    fine_tune_rate: float = 1e-4
    fine_tune_momentum: float = 0.0
    fine_tune_batch_size: str = "auto"
    dropout: float = 0.0
    label_smoothing: float = 0.0
    l2: float = 0.0

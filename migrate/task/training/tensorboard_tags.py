"""TensorBoard tags: the same as in retrain.py's graph, so old and new curves overlay.

The ``_1`` endings come from TF1: the graph renames a summary whose name is taken by a node or scope, and it treats
`Mean` (from `reduce_mean`) and `mean` as the same name. Observed on TF 1.15.5 and 2.21.
"""

from typing import List

CROSS_ENTROPY = "cross_entropy_1"
ACCURACY = "accuracy_1"
PRE_ACTIVATIONS = "final_training_ops/Wx_plus_b/pre_activations"
ACTIVATIONS = "activations"
FINE_TUNING_LOSS = "fine_tuning/loss"  # in a run of its own; retrain.py had none
VARIABLES = ("weights", "biases")
STATISTICS = ("mean_1", "stddev_1", "max_1", "min_1")


def statistic(variable: str, name: str) -> str:
    """Tag of one statistic (or `histogram`) of one variable of the final layer."""
    return f"final_training_ops/{variable}/summaries/{name}"


def scalar_tags() -> List[str]:
    """Every scalar tag, in the order of retrain.py's graph."""
    return [statistic(variable, name) for variable in VARIABLES for name in STATISTICS] + [CROSS_ENTROPY, ACCURACY]

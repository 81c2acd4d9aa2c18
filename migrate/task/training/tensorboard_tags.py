"""TensorBoard tags: the very ones that retrain.py's graph produced, so old and new curves lie over each other.

The ``_1`` endings are TF1's: a summary beside a node or scope of the same name was renamed by the graph, for which
`Mean` (from `reduce_mean`) and `mean` are the same name. Seen so on TF 1.15.5 and 2.21.
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

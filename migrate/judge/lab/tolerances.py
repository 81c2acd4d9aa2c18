"""Tolerances of the lab's trainings, and the reason for each.

All inputs of both sides are float32 numbers, so the sides differ by rounding only. In float64 this holds to the end: TF
1.15.5 against Keras 3 on TF 2.21, after 9375 steps of Fashion-MNIST with the dense network, losses within 3e-15,
weights 1e-14 and probabilities 4e-15; with convolutions, after 940 steps on the drawn digits, 8e-15, 7e-14 and 2e-14.

In float32 the difference is 1e-6 at first (2e-7 to 7e-6 in the first 10 steps, 8 seeds). Sooner or later, one of
millions of hidden units has an input so near to 0 that ReLU lets it through on one side only, or max pooling takes
another pixel. Adam divides by the root of past gradients and turns this into a full step: from then on both train well,
but diverge. This happened after 55 to 3578 steps or never with the dense network, and after 10 to 113 with
convolutions; TF 1.15.5 and TF 2.21 diverge in the same way. So in float32 the first steps may differ by rounding only,
and the whole training by as much as diverged trainings did.
"""

from typing import NamedTuple


class Limits(NamedTuple):
    early_losses: float
    """For the first EARLY_STEPS; steps whose losses differ by more count as diverged."""
    losses: float
    """In nats, like early_losses."""
    weights: float
    """Of the final weights."""
    probabilities: float
    """Of the test images."""
    judged: str
    """Which difference the three limits apply to: max or mean."""
    accuracy: float
    """How far the test accuracies may be apart, 0..1."""
    top1_agreement: float
    """The least share of test images on which both predict the same class, 0..1."""


EARLY_STEPS = 10

LIMITS = {
    "float64": Limits(1e-9, 1e-9, 1e-9, 1e-9, "max", 0.0, 1.0),
    # TF1's epsilon left at 1e-8 gives 1.8e-4 in the second step. Means after divergence, in 9375 steps on
    # Fashion-MNIST: losses 0.021, weights 0.035, probabilities 0.007; accuracy 0.4 points apart, the same class on 96.8
    # %.
    "float32": Limits(2e-5, 0.06, 0.1, 0.02, "mean", 0.02, 0.93),
}

"""Tolerances of each stage and of training, and the reason for each."""

import math

STAGES = {
    # Both twins call the same libjpeg-turbo and libpng code: no grey level may differ.
    "decode": 0.0,
    # float32 sums of products of pixels up to 255: a few units in the last place, 255 * 2**-23 = 3e-5.
    "resize": 2e-4,
    # retrain.py multiplies by 1 / std and the modern twin divides by std: one unit in the last place of 1.0.
    "normalize": 2e-6,
    # A resize to up to four times the size, times a brightness of up to 2, divided by a standard deviation of 127.5.
    "distort": 1e-5,
    # TF 1.15.5 and TF 2.21 differ by 1.2e-4 on 600 photos, for values up to 25; `bottleneck_tolerance` for any number.
    "bottleneck": 2e-4,
    # The bottlenecks' difference times the final weights, over 1001 or 2048 terms.
    "logits": 5e-4,
    "probabilities": 1e-4,
}

# Measured after 4000 steps of TF 1.15.5 against Keras 3 on the same bottlenecks: 1.5e-7, 3e-6 and 6e-7.
FINAL_WEIGHTS = 1e-6
# In 1 of 100 steps a loss may be further apart, since the largest of thousands depends on the order of sums in a thread
# pool: 1.3e-4 was seen once between TF 1.15.5 and 2.21 on a busy machine, 1.2e-5 on a quiet one.
LOSSES = 1e-4
LARGEST_LOSS = 1e-3
LOSSES_SHARE = 0.99
LOCKSTEP_PROBABILITIES = 1e-5

# Fine-tuning at the default rate on 600 distorted photos: the first 5 losses differed by up to 4.8e-5, and by 3e-3 when
# the rate was off by a tenth. Differences grow tenfold every 3 steps, because sooner or later a ReLU opens on one side
# only. So after 100 steps, means are judged: 6.4e-3, 3.4e-6 and 4.4e-3 measured; 8.5e-3, 1.7e-5 and 1.7e-2 with a
# momentum of 0.9. The same legacy code on TF 1.15.5 and 2.21 differed by 7.1e-3, 3.2e-6 and 5.4e-3.
EARLY_STEPS = 5
FINE_TUNING_EARLY_LOSSES = 1e-3
FINE_TUNING_LOSSES = 5e-2
FINE_TUNED_WEIGHTS = 5e-5
FINE_TUNED_PROBABILITIES = 5e-2

# Differences of single bottleneck values fall off exponentially: of n values the largest is about ln(n) times the mean.
# With 1.2e6 values of 1200 photos at 64 x 64 the mean was 4.0e-6 on the same kernels and 7.1e-6 between oneDNN and
# Eigen, and the largest 6.7e-5 and 1.2e-4, where ln(n) times the mean is 5.6e-5 and 9.9e-5. Twice the larger mean is
# allowed; for the 6e5 values of 600 photos that is the 2e-4 above.
BOTTLENECK_MEAN = 1.5e-5


def bottleneck_tolerance(values: int) -> float:
    """The largest difference allowed among so many values."""
    return BOTTLENECK_MEAN * math.log(max(values, 1000))

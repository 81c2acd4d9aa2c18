"""How far each stage and the training may be apart, and why that far."""

STAGES = {
    # Both twins end in the same libjpeg-turbo and libpng code: not one grey level.
    "decode": 0.0,
    # float32 sums of products of pixels to 255: a few units in the last place, 255 * 2**-23 = 3e-5.
    "resize": 2e-4,
    # retrain.py multiplies by 1 / std where the modern twin divides: one unit in the last place of 1.0.
    "normalize": 2e-6,
    # The resize to up to four times the size, times a brightness of up to 2, over a standard deviation of 127.5.
    "distort": 1e-5,
    # What real TF 1.15.5 and TF 2.21 differ by on 600 photos is 1.2e-4, of values up to 25.
    "bottleneck": 2e-4,
    # The bottlenecks' difference times the final weights, over 1001 or 2048 terms.
    "logits": 5e-4,
    "probabilities": 1e-4,
}

# 4000 steps of real TF 1.15.5 against Keras 3 on the same bottlenecks: 1.5e-7, 3e-6 and 6e-7 seen.
FINAL_WEIGHTS = 1e-6
LOSSES = 1e-4
LOCKSTEP_PROBABILITIES = 1e-5

# Fine-tuning at the default rate on 600 distorted photos. Of the first 5 losses up to 4.8e-5 was seen, and 3e-3 with a
# rate that is a tenth off. Differences grow tenfold every 3 steps, as sooner or later one ReLU opens on one side only;
# so after 100 steps means are judged: 6.4e-3, 3.4e-6 and 4.4e-3 seen, with a momentum of 0.9 8.5e-3, 1.7e-5 and 1.7e-2.
# Between TF 1.15.5 and 2.21 running the very same legacy code it was 7.1e-3, 3.2e-6 and 5.4e-3.
EARLY_STEPS = 5
FINE_TUNING_EARLY_LOSSES = 1e-3
FINE_TUNING_LOSSES = 5e-2
FINE_TUNED_WEIGHTS = 5e-5
FINE_TUNED_PROBABILITIES = 5e-2

"""How far the lab's trainings may be apart, and why that far.

Adam with the same epsilon, and with decay rates that are float32 numbers on both sides, differs by rounding only.
Dense networks stay that near for long: TF 1.15.5 against Keras 3 on TF 2.21 are within 1.1e-6 in the losses of the
first 3578 steps of Fashion-MNIST, and within 4.8e-7 in all 940 of the drawn digits. Sooner or later one of millions
of hidden units has an input so near to 0 that ReLU lets it through on one side only (or max pooling takes another
pixel), and Adam, which divides by the root of past gradients, makes a step of its own of that: from there on both
train well, but apart. With convolutions that came after 96 steps, and TF 1.15.5 parts from 2.21 there nearly as early
as from Keras. So the first steps are held to rounding, and the whole training to what such partings were seen to come
to.
"""

EARLY_STEPS = {"dense": 200, "conv": 50}
# Up to 1.1e-6 seen (both networks, drawn digits and Fashion-MNIST). TF1's epsilon left at 1e-8 gives 1.8e-4 in the
# second step; Keras's beta_2 left at 0.999, which is no float32 number, 5.8e-6 by step 100 and 2.2e-4 by step 200.
EARLY_LOSSES = 1e-5
# After a parting, on Fashion-MNIST, 9375 steps: 0.014, 0.019, 0.0067, and the same class on 96.8 % of the test images.
MEAN_LOSSES = 0.05
MEAN_WEIGHTS = 0.06
MEAN_PROBABILITIES = 0.02
ACCURACY = 0.02
TOP1_AGREEMENT = 0.93

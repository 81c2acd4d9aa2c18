"""TensorFlow's version 1 interface, under the name that TF1 code uses: `tf`."""

import os

from poets.migrate.task.quiet_import import quiet_import
from poets.migrate.task.worker.kernels import SETTING, TENSORFLOWS_OWN

# TF1 had no oneDNN kernels, which round differently: on the golden photos, probabilities differ from TF 1.15.5's by
# 1.03e-5 with them, 0.94e-5 without. Read once, at TensorFlow's import; TF_ENABLE_ONEDNN_OPTS=1 is faster.
# The judge leaves the choice to TensorFlow, so that both sides have the same.
if os.environ.get(TENSORFLOWS_OWN) != "1":
    os.environ.setdefault(SETTING, "0")

# study: TF 1.15 has `compat.v1` too. On TF2 it is version 1's interface on version 2's kernels.
with quiet_import():
    import tensorflow.compat.v1 as tf

tf.logging.set_verbosity(tf.logging.ERROR)

__all__ = ["tf"]

"""Uses that cannot be seen, and names that are not TensorFlow's."""
import importlib
import tensorflow as tf
from tensorflow import *

optimizer = getattr(tf.train, "AdamOptimizer")
kind = "Gradient"
other = getattr(tf, kind + "Tape")
losses = getattr(tf, "losses")
gone = getattr(tf, "contrib")
slim = importlib.import_module("tensorflow.contrib.slim")
helper = configure(tf)
if tf.__version__ < "1.4":
    concat = tf.concat_v2


def local(tf):
    return tf.contrib.anything


def inner():
    tf = object()
    return tf.contrib


exec("tf.contrib.layers.flatten(1)")
text = "tf.contrib.rnn"  # tf.contrib.rnn

"""What of tf.contrib has no equal: every use needs a hand."""
import tensorflow as tf
from tensorflow.contrib import layers
from tensorflow.contrib.layers import fully_connected, xavier_initializer
from tensorflow.contrib.training import HParams
from tensorflow.examples.tutorials.mnist import input_data

hparams = HParams(learning_rate=0.1)
mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)
x = tf.placeholder(tf.float32, [None, 784])
hidden = fully_connected(x, 100, weights_initializer=xavier_initializer(uniform=False))
logits = layers.fully_connected(hidden, 10, activation_fn=None,
                                weights_regularizer=layers.l2_regularizer(0.1))
sequence, _ = tf.contrib.crf.crf_log_likelihood(
    tf.expand_dims(logits, 0), tf.zeros([1, 10], tf.int32), tf.constant([10]))
predictions = tf.contrib \
    .metrics.accuracy(tf.argmax(logits, 1), tf.argmax(logits, 1))
print(f"{tf.contrib.framework.arg_scope}")

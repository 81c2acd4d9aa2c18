"""What of tf.contrib has an equal outside it, and what other names have changed."""
import numpy as np
import tensorflow as tf
from tensorflow.contrib import rnn
from tensorflow.contrib.framework import get_or_create_global_step

random = np.random.RandomState(5)
steps = tf.placeholder(tf.float32, [4, 3, 2])
cell = rnn.BasicLSTMCell(6, forget_bias=1.0)
outputs, state = rnn.static_rnn(cell, tf.unstack(steps, 3, 1), dtype=tf.float32)
weights = tf.get_variable("weights", [6, 2], initializer=tf.contrib.layers.xavier_initializer(seed=4))
answer = tf.matmul(outputs[-1], weights)
global_step = get_or_create_global_step()
learning_rate = tf.train.exponential_decay(0.5, global_step, 2, 0.9, staircase=True)
loss = tf.reduce_mean(tf.square(answer - 1.0))
train = tf.train.GradientDescentOptimizer(learning_rate).minimize(loss, global_step=global_step)
given = random.normal(size=(4, 3, 2)).astype(np.float32)

with tf.Session() as sess:
    sess.run(tf.initialize_all_variables())
    for variable in tf.trainable_variables():
        variable.load(random.normal(0, .3, variable.shape.as_list()).astype(np.float32), sess)
    for _ in range(5):
        _, value, step, rate = sess.run([train, loss, global_step, learning_rate], {steps: given})
        print("%d %.6f %.4f" % (step, value, rate))

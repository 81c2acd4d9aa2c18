"""The beginner's convolutional network: placeholders, an InteractiveSession, dropout by keep_prob."""
import numpy as np
import tensorflow as tf

random = np.random.RandomState(7)


def digits(count):
    labels = np.arange(count) % 10
    images = random.uniform(0, .2, (count, 28, 28))
    for image, label in zip(images, labels):
        image[2 * label:2 * label + 6, 3 + label:9 + label] += .8
    return images.reshape(count, 784).astype(np.float32), np.eye(10)[labels].astype(np.float32)


def weight_variable(shape):
    return tf.Variable(tf.constant(random.normal(0, 0.1, shape).astype(np.float32)))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


x = tf.placeholder(tf.float32, shape=[None, 784])
y_ = tf.placeholder(tf.float32, shape=[None, 10])
keep_prob = tf.placeholder(tf.float32)

x_image = tf.reshape(x, [-1, 28, 28, 1])
h_conv1 = tf.nn.relu(tf.nn.conv2d(x_image, weight_variable([5, 5, 1, 8]), strides=[1, 1, 1, 1], padding='SAME')
                     + bias_variable([8]))
h_pool1 = tf.nn.max_pool(h_conv1, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='SAME')
h_flat = tf.reshape(h_pool1, [-1, 14 * 14 * 8])
h_fc1 = tf.nn.relu(tf.matmul(h_flat, weight_variable([14 * 14 * 8, 32])) + bias_variable([32]))
h_fc1_drop = tf.nn.dropout(h_fc1, keep_prob)
y_conv = tf.matmul(h_fc1_drop, weight_variable([32, 10])) + bias_variable([10])

cross_entropy = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y_, logits=y_conv))
train_step = tf.train.AdamOptimizer(1e-3).minimize(cross_entropy)
correct_prediction = tf.equal(tf.argmax(y_conv, 1), tf.argmax(y_, 1))
accuracy = tf.reduce_mean(tf.cast(correct_prediction, tf.float32))

sess = tf.InteractiveSession()
sess.run(tf.global_variables_initializer())
images, labels = digits(60)
for i in range(12):
    batch = slice(i * 20 % 60, i * 20 % 60 + 20)
    if i % 4 == 0:
        train_accuracy = accuracy.eval(feed_dict={x: images[batch], y_: labels[batch], keep_prob: 1.0})
        print("step %d, training accuracy %g" % (i, train_accuracy))
    train_step.run(feed_dict={x: images[batch], y_: labels[batch], keep_prob: 1.0})
print("loss %.6f" % cross_entropy.eval(feed_dict={x: images, y_: labels, keep_prob: 1.0}))
np.save("logits.npy", y_conv.eval(feed_dict={x: images, keep_prob: 1.0}).astype(np.float))

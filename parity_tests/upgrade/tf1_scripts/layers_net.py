"""tf.layers with batch normalization and its update ops."""
import numpy as np
import tensorflow as tf

tf.set_random_seed(1)
random = np.random.RandomState(3)
pictures = random.uniform(size=(32, 12, 12, 1)).astype(np.float32)
truths = (pictures[:, :6].mean((1, 2, 3)) > pictures[:, 6:].mean((1, 2, 3))).astype(np.int32)


def drawn(*shape):
    return tf.constant_initializer(random.normal(0, .2, shape))


images = tf.placeholder(tf.float32, [None, 12, 12, 1], name="images")
labels = tf.placeholder(tf.int32, [None])
training = tf.placeholder_with_default(False, [])

net = tf.layers.conv2d(images, 4, 3, activation=tf.nn.relu, kernel_initializer=drawn(3, 3, 1, 4))
net = tf.layers.batch_normalization(net, training=training)
net = tf.layers.max_pooling2d(net, 2, 2)
net = tf.layers.flatten(net)
net = tf.layers.dropout(net, 0.0, training=training)
logits = tf.layers.dense(net, 2, kernel_initializer=drawn(100, 2), name="logits")
loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
update_ops = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
with tf.control_dependencies(update_ops):
    train_op = tf.train.MomentumOptimizer(0.05, 0.9).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(10):
        _, value = sess.run([train_op, loss], {images: pictures, labels: truths, training: True})
        print("step", step, "loss", round(float(value), 5))
    names = [v.op.name for v in tf.global_variables()]
    print(sorted(names))
    np.savez("weights.npz", **{v.op.name.replace("/", "."): sess.run(v) for v in tf.trainable_variables()})

import tensorflow as tf
import tensorflow.contrib.slim as slim
from tensorflow.contrib.slim.nets import vgg


def network(images, is_training):
    with slim.arg_scope([slim.conv2d], weights_regularizer=slim.l2_regularizer(0.0005)):
        net = slim.repeat(images, 2, slim.conv2d, 64, [3, 3], scope='conv1')
        net = slim.max_pool2d(net, [2, 2], scope='pool1')
        net = slim.flatten(net)
    logits, _ = vgg.vgg_16(images, is_training=is_training)
    return slim.fully_connected(net, 10, activation_fn=None, scope='logits'), logits


images = tf.placeholder(tf.float32, [None, 224, 224, 3])
logits, _ = network(images, True)
total_loss = tf.losses.get_total_loss()
train_op = slim.learning.create_train_op(total_loss, tf.train.AdamOptimizer(0.001))
slim.learning.train(train_op, '/tmp/logs', number_of_steps=10)

# A retraining script in the manner of 2017: flags, a pretrained network, a new final layer, summaries, a frozen graph.
"""Trains a new final layer on pictures that it draws itself.

Run it with `python retrain.py --how_many_training_steps 40`.
"""
from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import argparse
import os.path
import sys

import numpy as np
import tensorflow as tf

from tensorflow.python.framework import graph_util
from tensorflow.python.framework import tensor_shape
from tensorflow.python.platform import gfile
from tensorflow.python.util import compat

FLAGS = None
CLASSES = ['stripes', 'dots', 'plain']


def draw_pictures(count, size=40):
    random = np.random.RandomState(0)
    pictures, truths = [], []
    for number in range(count):
        kind = number % len(CLASSES)
        picture = random.randint(0, 60, size=(size, size + 7, 3))
        if kind == 0:
            picture[::4] += 150
        elif kind == 1:
            picture[::5, ::5] += 190
        pictures.append(picture.astype(np.uint8))
        truths.append(kind)
    return pictures, truths


def add_png_decoding(input_width, input_height, input_depth, input_mean, input_std):
    png_data = tf.placeholder(tf.string, name='DecodePNGInput')
    decoded_image = tf.image.decode_png(png_data, channels=input_depth)
    decoded_image_as_float = tf.cast(decoded_image, dtype=tf.float32)
    decoded_image_4d = tf.expand_dims(decoded_image_as_float, 0)
    resize_shape = tf.stack([input_height, input_width])
    resize_shape_as_int = tf.cast(resize_shape, dtype=tf.int32)
    resized_image = tf.image.resize_bilinear(decoded_image_4d, resize_shape_as_int)
    offset_image = tf.subtract(resized_image, input_mean)
    mul_image = tf.multiply(offset_image, 1.0 / input_std)
    return png_data, mul_image


def create_model_graph():
    with tf.Graph().as_default() as graph:
        random = np.random.RandomState(1)
        images = tf.placeholder(tf.float32, [1, 24, 24, 3], name='input')
        weights = tf.constant(random.normal(0, .3, (5, 5, 3, 8)).astype(np.float32))
        layer = tf.nn.relu6(tf.nn.conv2d(images, weights, [1, 3, 3, 1], 'SAME'))
        layer = tf.nn.max_pool(layer, [1, 2, 2, 1], [1, 2, 2, 1], 'VALID')
        bottleneck = tf.reshape(layer, [1, -1], name='bottleneck')
        assert tensor_shape.TensorShape([1, 128]).is_compatible_with(bottleneck.get_shape())
        return graph, bottleneck, images


def variable_summaries(var):
    """Attach a lot of summaries to a Tensor (for TensorBoard visualization)."""
    with tf.name_scope('summaries'):
        mean = tf.reduce_mean(var)
        tf.summary.scalar('mean', mean)
        with tf.name_scope('stddev'):
            stddev = tf.sqrt(tf.reduce_mean(tf.square(var - mean)))
        tf.summary.scalar('stddev', stddev)
        tf.summary.scalar('max', tf.reduce_max(var))
        tf.summary.scalar('min', tf.reduce_min(var))
        tf.summary.histogram('histogram', var)


def add_final_training_ops(class_count, final_tensor_name, bottleneck_tensor):
    with tf.name_scope('input'):
        bottleneck_input = tf.placeholder_with_default(
            bottleneck_tensor, shape=[None, 128], name='BottleneckInputPlaceholder')
        ground_truth_input = tf.placeholder(tf.int64, [None], name='GroundTruthInput')
    with tf.name_scope('final_training_ops'):
        with tf.name_scope('weights'):
            initial_value = np.random.RandomState(2).normal(0, 0.001, (128, class_count)).astype(np.float32)
            layer_weights = tf.Variable(initial_value, name='final_weights')
            variable_summaries(layer_weights)
        with tf.name_scope('biases'):
            layer_biases = tf.Variable(tf.zeros([class_count]), name='final_biases')
            variable_summaries(layer_biases)
        with tf.name_scope('Wx_plus_b'):
            logits = tf.matmul(bottleneck_input, layer_weights) + layer_biases
            tf.summary.histogram('pre_activations', logits)
    final_tensor = tf.nn.softmax(logits, name=final_tensor_name)
    tf.summary.histogram('activations', final_tensor)
    with tf.name_scope('cross_entropy'):
        cross_entropy_mean = tf.losses.sparse_softmax_cross_entropy(labels=ground_truth_input, logits=logits)
    tf.summary.scalar('cross_entropy', cross_entropy_mean)
    with tf.name_scope('train'):
        optimizer = tf.train.GradientDescentOptimizer(FLAGS.learning_rate)
        train_step = optimizer.minimize(cross_entropy_mean)
    return train_step, cross_entropy_mean, bottleneck_input, ground_truth_input, final_tensor


def save_graph_to_file(sess, graph, graph_file_name):
    output_graph_def = graph_util.convert_variables_to_constants(
        sess, graph.as_graph_def(), [FLAGS.final_tensor_name])
    with gfile.FastGFile(graph_file_name, 'wb') as f:
        f.write(output_graph_def.SerializeToString())


def main(_):
    tf.logging.set_verbosity(tf.logging.INFO)
    if tf.gfile.Exists(FLAGS.summaries_dir):
        tf.gfile.DeleteRecursively(FLAGS.summaries_dir)
    tf.gfile.MakeDirs(FLAGS.summaries_dir)
    pictures, truths = draw_pictures(30)
    graph, bottleneck_tensor, resized_image_tensor = create_model_graph()
    with tf.Session(graph=graph) as sess:
        png_data, decoded = add_png_decoding(24, 24, 3, 127.5, 127.5)
        pixels = tf.placeholder(tf.uint8, [None, None, 3])
        encoded = tf.image.encode_png(pixels)
        bottlenecks = []
        for number, picture in enumerate(pictures):
            data = sess.run(encoded, {pixels: picture})
            if number < len(CLASSES):
                with gfile.GFile(os.path.join(FLAGS.output_dir, CLASSES[number] + '.png'), 'wb') as f:
                    f.write(data)
            resized = sess.run(decoded, {png_data: data})
            bottlenecks.append(np.squeeze(sess.run(bottleneck_tensor, {resized_image_tensor: resized})))
        train_step, cross_entropy, bottleneck_input, ground_truth_input, final_tensor = add_final_training_ops(
            len(CLASSES), FLAGS.final_tensor_name, bottleneck_tensor)
        correct = tf.equal(tf.argmax(final_tensor, 1), ground_truth_input)
        accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
        tf.summary.scalar('accuracy', accuracy)
        merged = tf.summary.merge_all()
        train_writer = tf.summary.FileWriter(os.path.join(FLAGS.summaries_dir, 'train'), sess.graph)
        sess.run(tf.global_variables_initializer())
        for i in range(FLAGS.how_many_training_steps):
            batch = [(i * 7 + one) % 30 for one in range(10)]
            feed = {bottleneck_input: [bottlenecks[one] for one in batch],
                    ground_truth_input: [truths[one] for one in batch]}
            summary = sess.run(merged, feed_dict=feed)  # before the step: in one run with it they race
            train_writer.add_summary(summary, i)
            sess.run(train_step, feed_dict=feed)
            if i % 10 == 0 or i + 1 == FLAGS.how_many_training_steps:
                got, loss = sess.run([accuracy, cross_entropy], feed_dict=feed)
                print('Step %d: Train accuracy = %.1f%%' % (i, got * 100))
                print('Step %d: Cross entropy = %f' % (i, loss))
        train_writer.close()
        save_graph_to_file(sess, graph, os.path.join(FLAGS.output_dir, 'graph.pb'))
        with gfile.FastGFile(os.path.join(FLAGS.output_dir, 'labels.txt'), 'w') as f:
            f.write('\n'.join(CLASSES) + '\n')
        print('classes:', compat.as_bytes(','.join(CLASSES)))


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--output_dir', type=str, default='.')
    parser.add_argument('--summaries_dir', type=str, default='retrain_logs')
    parser.add_argument('--how_many_training_steps', type=int, default=40)
    parser.add_argument('--learning_rate', type=float, default=0.05)
    parser.add_argument('--final_tensor_name', type=str, default='final_result')
    FLAGS, unparsed = parser.parse_known_args()
    tf.app.run(main=main, argv=[sys.argv[0]] + unparsed)

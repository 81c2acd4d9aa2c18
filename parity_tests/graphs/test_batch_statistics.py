"""Nodes that mix the photos of a batch are found, and no others."""

import pytest

from poets.migrate.graphs.batch_statistics import batch_statistics

pytestmark = pytest.mark.tensorflow


def found_in(network):
    from poets.migrate.tensorflow_library.version1 import tf

    with tf.Graph().as_default() as graph:
        images = tf.placeholder(tf.float32, [None, 8, 8, 3], name="input")
        tf.identity(network(tf, images), name="final_result")
    return batch_statistics(graph.as_graph_def(), "input", "final_result")


def fused(tf, images, is_training):
    ones, zeros = tf.ones([3]), tf.zeros([3])
    known = {} if is_training else {"mean": zeros, "variance": ones}
    return tf.nn.fused_batch_norm(images, ones, zeros, is_training=is_training, name="norm", **known)[0]


def test_moments_of_the_batch_are_found():
    assert found_in(lambda tf, images: images - tf.nn.moments(images, [0, 1, 2])[0]) != []
    assert found_in(lambda tf, images: images / tf.reduce_max(images, [0], keepdims=True, name="peak")) == ["peak"]


def test_a_fused_norm_mixes_only_in_training():
    assert len(found_in(lambda tf, images: fused(tf, images, True))) == 1
    assert found_in(lambda tf, images: fused(tf, images, False)) == []


def test_means_of_each_photo_and_shapes_do_not_mix():
    def network(tf, images):
        pooled = tf.reduce_mean(images, [1, 2])
        size = tf.reduce_prod(tf.shape(images)[1:], [0])
        flat = tf.reshape(images, tf.stack([-1, size]))
        return tf.concat([pooled, flat], 1) / tf.reduce_sum(tf.ones([4]), [0])

    assert found_in(network) == []

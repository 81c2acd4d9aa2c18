"""Networks kept as TensorFlow 1 kept them, with their variables, for tests of porting.

``python -m parity_tests.old_sources FOLDER`` writes them with whichever TensorFlow runs it, 1.15 or 2's compat.v1:
`saved_model/` (retrain.py's --saved_model_dir of 2018, on a Hub module's idiom), `checkpoint/` (its training graph,
with a .meta file), `head/` (a checkpoint of the last layer alone) with `backbone.pb` under it, and on TensorFlow 1
`keras/` (a Keras model with its learning phase). `answers.npz` has `pictures`
(float32 [N, S, S, 3], 0..1) and what a Session of that process answered to them.
"""

import os
import sys

import numpy as np

from legacy.tensorflow_v1 import tf

SIZE = 24
CLASSES = 3
PICTURES = 4


def _draw(random, *shape):
    return random.normal(0, 1.2 / np.sqrt(np.prod(shape[:-1])), shape).astype(np.float32)


def _variable(value, name):
    """A variable, or a constant in a graph that is frozen."""
    return tf.Variable(value, name=name)


def _module(images, random, variable):
    """A Hub module's network: 0..1 in, scaled to -1..1 inside; features [N, 7]."""
    with tf.name_scope("module_apply_default/hub_input"):
        values = tf.subtract(tf.multiply(images, 2.0, name="Mul"), 1.0, name="Sub")
    for number, width in enumerate((5, 7)):
        with tf.name_scope("module/Conv_%d" % number):
            kernel = variable(_draw(random, 3, 3, int(values.shape[3]), width), "weights")
            values = tf.nn.conv2d(values, kernel, strides=[1, 2, 2, 1], padding="SAME")
            gamma, variance = (variable(random.uniform(0.5, 2, width).astype(np.float32), name)
                               for name in ("gamma", "moving_variance"))
            beta, mean = (variable(random.normal(0, 0.5, width).astype(np.float32), name)
                          for name in ("beta", "moving_mean"))
            values = tf.nn.fused_batch_norm(values, gamma, beta, mean, variance, 0.001, is_training=False)[0]
            values = tf.nn.relu6(values)
    return tf.reduce_mean(values, [1, 2], name="features")


def _head(features, random):
    """The last layer with its training ops, under the names of retrain.py."""
    with tf.name_scope("input"):
        cached = tf.placeholder_with_default(features, [None, 7], name="BottleneckInputPlaceholder")
        labels = tf.placeholder(tf.int64, [None], name="GroundTruthInput")
    with tf.name_scope("final_retrain_ops"):
        with tf.name_scope("weights"):
            weights = _variable(_draw(random, 7, CLASSES), "final_weights")
        with tf.name_scope("biases"):
            biases = _variable(random.normal(0, 0.5, CLASSES).astype(np.float32), "final_biases")
        logits = tf.matmul(cached, weights) + biases
    answer = tf.nn.softmax(logits, name="final_result")
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss, var_list=[weights, biases])
    return answer


PIXELS = np.random.RandomState(0).uniform(0, 1, (PICTURES, SIZE, SIZE, 3)).astype(np.float32)


def write_saved_model_and_checkpoint(folder):
    """Write both from one Session: probabilities float32 [PICTURES, CLASSES] of its answer."""
    random = np.random.RandomState(3)
    with tf.Graph().as_default(), tf.Session() as session:
        images = tf.placeholder(tf.float32, [None, SIZE, SIZE, 3], name="Placeholder")
        answer = _head(_module(images, random, _variable), random)
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, os.path.join(folder, "checkpoint", "_retrain_checkpoint"))
        tf.saved_model.simple_save(session, os.path.join(folder, "saved_model"), inputs={"image": images},
                                   outputs={"prediction": answer})
        return session.run(answer, {images: PIXELS})


def write_head_and_backbone(folder):
    """Write a backbone of constants, and what a Saver makes of the variables above it."""
    random = np.random.RandomState(4)
    with tf.Graph().as_default() as graph:
        images = tf.placeholder(tf.float32, [None, SIZE, SIZE, 3], name="input")
        features = _module(images, random, lambda value, name: tf.constant(value, name=name))
        with open(os.path.join(folder, "backbone.pb"), "wb") as file:
            file.write(graph.as_graph_def().SerializeToString())
        answer = _head(features, random)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            tf.train.Saver().save(session, os.path.join(folder, "head", "model.ckpt"), global_step=40,
                                  write_meta_graph=False)
            return session.run(answer, {images: PIXELS})


def write_keras(folder):
    """A Keras model of TensorFlow 1, whose dropout and batch normalisation ask a learning phase what to do."""
    random = np.random.RandomState(5)
    with tf.Graph().as_default(), tf.Session() as session:
        keras = tf.keras
        keras.backend.set_session(session)
        model = keras.Sequential([
            keras.layers.Conv2D(4, 3, activation="relu", input_shape=(SIZE, SIZE, 3)),
            keras.layers.BatchNormalization(), keras.layers.MaxPooling2D(2), keras.layers.Flatten(),
            keras.layers.Dropout(0.5), keras.layers.Dense(CLASSES, activation="softmax")])
        session.run(tf.global_variables_initializer())
        model.set_weights([np.abs(random.normal(0, 0.2, weight.shape)) for weight in model.get_weights()])
        tf.saved_model.simple_save(session, os.path.join(folder, "keras"), inputs={"images": model.input},
                                   outputs={"scores": model.output})
        return session.run(model.output, {model.input: PIXELS, keras.backend.learning_phase(): False})


def write_all(folder):
    """Write every kind that this TensorFlow can write."""
    for name in ("checkpoint", "head"):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    answers = {"pictures": PIXELS, "saved_model": write_saved_model_and_checkpoint(folder),
               "head": write_head_and_backbone(folder)}
    if tf.__version__.startswith("1."):
        answers["keras"] = write_keras(folder)
    np.savez(os.path.join(folder, "answers.npz"), **answers)


if __name__ == "__main__":
    write_all(sys.argv[1])

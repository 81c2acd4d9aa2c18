"""The beginner lab: a network of two layers that reads digits. ``python -m poets.legacy mnist``."""

from typing import Any, List, NamedTuple, Optional

import numpy as np

from poets.legacy.export import export
from poets.migrate.lab import command
from poets.migrate.lab.digits import CLASSES, SIDE, Digits
from poets.migrate.lab.record import LabTrained, LabWatch
from poets.migrate.lab.schedule import BETA_1, BETA_2, EPSILON, PIXEL_SCALE, Lab, LabSchedule, single, steps_of
from poets.migrate.task.files import check_writable
from poets.migrate.task.resources import Resources
from poets.migrate.tensorflow_library.session_resources import open_session, run
from poets.migrate.tensorflow_library.types import Operation, Session, Tensor, Variable
from poets.migrate.tensorflow_library.version1 import tf

FINAL = "final_result"  # name of the softmax node


class Network(NamedTuple):
    images: Tensor
    """uint8 placeholder [N, 28, 28]."""
    labels: Tensor
    """int32 placeholder [N]."""
    mask: Tensor
    """Placeholder [N, hidden]; keeps all units if it is not fed."""
    weights: List[Variable]
    """Kernel and bias of each layer in turn."""
    logits: Tensor
    """Tensor [N, 10]."""
    probabilities: Tensor
    """Tensor [N, 10]."""
    loss: Tensor
    """Tensor []."""
    accuracy: Tensor
    """float32 tensor [], 0..1."""
    train_step: Operation
    """op."""


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    twin = command.LabTwin(
        "legacy", train_network, lambda path: check_writable(path, "--output"), {"tensorflow": tf.__version__}
    )
    return command.main(twin, argv)


def train_network(
    digits: Digits, schedule: LabSchedule, lab: Lab, resources: Resources, watch: LabWatch, output: str = ""
) -> LabTrained:
    """Train by the schedule and classify the test images.

    Args:
        digits: Digits.
        schedule: LabSchedule.
        lab: Lab.
        resources: Resources.
        watch: LabWatch, called after each step.
        output: str, path of the frozen graph; empty to write none.

    Raises:
        BadInput: ``output`` cannot be written.
        BrokenEnvironment: the requested device does not exist.
    """
    with tf.Graph().as_default():
        network = build_network(lab, schedule.weights)
        with open_session(resources) as session:
            # study: the graph holds only a variable's initializer. Running it creates the value, in the Session.
            session.run(tf.global_variables_initializer())
            train(session, network, digits, schedule, lab, resources, watch)
            probabilities = answer(session, network, network.probabilities, digits.test_images)
            weights = session.run(network.weights)
            if output:
                export(session, FINAL, output)
    return LabTrained(np.array(watch.losses), weights, probabilities, watch.curve)


def build_network(lab: Lab, weights: List[np.ndarray]) -> Network:
    """Add placeholders, layers, loss and training op to the default graph.

    study: a layer is a variable for its kernel, one for its bias, and the ops that use them. A Keras layer is an
    object that creates its own variables as soon as it knows its input shape.
    """
    images = tf.placeholder(tf.uint8, [None, SIDE, SIDE], name="images")
    labels = tf.placeholder(tf.int32, [None], name="labels")
    # study: the schedule draws dropout's mask and training feeds it. The default keeps all units, so the graph needs
    # no training flag: for a test, do not feed the mask. Typical TF1 code called `tf.nn.dropout(hidden, keep_prob)`
    # and fed keep_prob = 1 for the test.
    mask = tf.placeholder_with_default(tf.ones([1, lab.hidden], lab.precision), [None, lab.hidden], "dropout_mask")
    variables = [tf.Variable(values.astype(lab.precision), use_resource=False) for values in weights]
    values = tf.cast(images, lab.precision) * PIXEL_SCALE
    if lab.layers == "conv":
        values = convolve(tf.expand_dims(values, -1), variables[:-4])
    hidden_kernel, hidden_bias, last_kernel, last_bias = variables[-4:]
    flat = tf.reshape(values, [-1, hidden_kernel.shape[0]])
    hidden = tf.nn.relu(tf.matmul(flat, hidden_kernel) + hidden_bias)
    logits = tf.matmul(hidden * mask, last_kernel) + last_bias
    probabilities = tf.nn.softmax(logits, name=FINAL)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
    right = tf.equal(tf.argmax(logits, 1, output_type=tf.int32), labels)
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
    assert probabilities.shape[-1] == CLASSES
    return Network(
        images, labels, mask, variables, logits, probabilities, loss, accuracy, make_optimizer(lab).minimize(loss)
    )


def convolve(values: Tensor, variables: List[Variable]) -> Tensor:
    """Two 3 x 3 convolutions, each with ReLU and 2 x 2 max pooling; input [N, 28, 28, 1].

    study: strides and windows take four numbers, one per dimension of NHWC; those of N and C are always 1.
    """
    for kernel, bias in zip(variables[::2], variables[1::2]):
        values = tf.nn.relu(tf.nn.conv2d(values, kernel, [1, 1, 1, 1], "VALID") + bias)
        values = tf.nn.max_pool(values, [1, 2, 2, 1], [1, 2, 2, 1], "VALID")
    return values


def make_optimizer(lab: Lab) -> Any:
    """Adam.

    study: TF1's default epsilon is 1e-8, Keras's is 1e-7. Neither shows in the code, so ported code trains differently
    without any message. The formula is the same: epsilon is added to the square root of the uncorrected second
    moment, and the learning rate holds the bias correction ("epsilon hat" in the paper).
    """
    number = np.dtype(lab.precision).type  # Adam keeps Python floats in float32, whatever the dtype of the weights
    return tf.train.AdamOptimizer(number(single(lab.learning_rate)), number(BETA_1), number(BETA_2), number(EPSILON))


def train(
    session: Session,
    network: Network,
    digits: Digits,
    schedule: LabSchedule,
    lab: Lab,
    resources: Resources,
    watch: LabWatch,
) -> None:
    """Run every step of the schedule, and report each.

    study: the program owns the loop over epochs and batches, and its reports. Keras's `fit` has the loop built in and
    calls callbacks.
    """
    for rows, mask in steps_of(schedule, lab):
        feed = {network.images: digits.images[rows], network.labels: digits.labels[rows], network.mask: mask}
        _, loss, accuracy = run(
            session, [network.train_step, network.loss, network.accuracy], feed, resources, "training"
        )
        watch.step(loss, accuracy, lambda: answer(session, network, network.logits, digits.test_images))


def answer(session: Session, network: Network, tensor: Tensor, images: np.ndarray, at_once: int = 1000) -> np.ndarray:
    """Evaluate ``tensor`` for images uint8 [N, 28, 28], ``at_once`` at a time."""
    # study: no argument says "not training". The mask is not fed, so its default keeps all units.
    return np.concatenate(
        [
            session.run(tensor, {network.images: images[start : start + at_once]})
            for start in range(0, len(images), at_once)
        ]
    )

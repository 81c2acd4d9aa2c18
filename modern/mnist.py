"""The beginner lab: a network of two layers that reads digits. ``python -m poets.modern mnist``."""

from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

import numpy as np

from poets.migrate.lab import command
from poets.migrate.lab.digits import CLASSES, SIDE, Digits
from poets.migrate.lab.record import LabTrained, LabWatch
from poets.migrate.lab.schedule import (
    BETA_1,
    BETA_2,
    EPSILON,
    FILTERS,
    KERNEL,
    PIXEL_SCALE,
    Lab,
    LabSchedule,
    single,
    steps_of,
    steps_per_epoch,
)
from poets.migrate.task.files import whole_folder
from poets.migrate.task.resources import Resources
from poets.migrate.tensorflow_library.each_batch import EachBatch
from poets.migrate.tensorflow_library.keras_device import choose_device, device_of
from poets.migrate.tensorflow_library.keras_outputs import check_output_paths, output_paths, save_keras
from poets.migrate.tensorflow_library.older_readers import make_loadable_by_older
from poets.migrate.tensorflow_library.types import Dataset, Model, Optimizer, Tensor
from poets.migrate.tensorflow_library.version2 import KERAS_3, KERAS_VERSION, NO_XLA, keras, tf

FINAL = "final_result"  # name of the softmax layer


class Network(NamedTuple):
    training: Model
    """Images uint8 [N, 28, 28, 1] and dropout's mask [N, hidden] -> logits [N, 10]."""
    answering: Model
    """Images -> logits, through the same layers; its dropout layer is inactive."""


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    versions = {"tensorflow": tf.__version__, "keras": KERAS_VERSION}
    twin = command.LabTwin("modern", train_network, lambda path: check_output_paths(output_paths(path)), versions)
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
        output: str, path of the SavedModel, with a `.keras` file beside it; empty to write none.

    Raises:
        BadInput: ``output`` cannot be written.
        BrokenEnvironment: the requested device does not exist.
    """
    choose_device(resources)
    network = build_network(lab, schedule.weights)
    train(network, digits, schedule, lab, resources, watch)
    probabilities = tf.nn.softmax(answer(network, digits.test_images)).numpy()
    weights = network.training.get_weights()
    if output:
        export(network, output)
    return LabTrained(np.array(watch.losses), weights, probabilities, watch.curve)


def build_network(lab: Lab, weights: List[np.ndarray]) -> Network:
    """The network with its initial weights.

    study: no Session, and no initializer to run: a layer creates its weights as soon as it knows its input shape. The
    precision is a Keras setting; in TF1 every tensor has its own dtype.

    study: `keras.layers.Dropout` draws its own mask, and no seed makes it draw the same mask as TF1. So the training
    model takes the schedule's mask as an input; without lockstep, `Dropout` alone would be enough.
    """
    keras.backend.set_floatx(lab.precision)
    keras.mixed_precision.set_global_policy(lab.precision)  # Keras 3 reads floatx for it only once, at the first layer
    images = keras.Input([SIDE, SIDE, 1], dtype="uint8", name="images")
    mask = keras.Input([lab.hidden], name="dropout_mask")
    values = keras.layers.Rescaling(PIXEL_SCALE)(images)
    if lab.layers == "conv":
        values = convolve(values)
    hidden = keras.layers.Dense(lab.hidden, activation="relu")(keras.layers.Flatten()(values))
    last = keras.layers.Dense(CLASSES)
    training = keras.Model([images, mask], last(keras.layers.Multiply()([hidden, mask])))
    answering = keras.Model(images, last(keras.layers.Dropout(lab.dropout)(hidden)))
    training.set_weights(weights)
    return Network(training, answering)


def convolve(values: Tensor) -> Tensor:
    """Two 3 x 3 convolutions, each with ReLU and 2 x 2 max pooling; input [N, 28, 28, 1].

    study: strides of 1, and the N and C of NHWC, need not be given, and Keras infers all shapes.
    """
    for filters in FILTERS:
        values = keras.layers.Conv2D(filters, KERNEL, activation="relu")(values)
        values = keras.layers.MaxPooling2D()(values)
    return values


def make_optimizer(lab: Lab) -> Optimizer:
    """Adam.

    study: Keras's default epsilon is 1e-7, TF1's is 1e-8. The formula is the same: the learning rate holds the bias
    correction, and epsilon is added to the square root of the uncorrected second moment. But Keras 3 computes
    1 - beta_2 in Python and TF1 in float32, so they agree only on betas that float32 can represent.
    """
    return keras.optimizers.Adam(single(lab.learning_rate), beta_1=BETA_1, beta_2=BETA_2, epsilon=EPSILON)


def train(
    network: Network, digits: Digits, schedule: LabSchedule, lab: Lab, resources: Resources, watch: LabWatch
) -> None:
    """Run every step of the schedule, and report each.

    study: `fit` owns the loop over epochs and steps, and calls a callback after each step.
    """
    if not lab.epochs:
        return
    steps = steps_per_epoch(lab, len(digits.images))
    loss = EachBatch(cross_entropy, steps * lab.epochs, "batch_loss", lab.precision)
    accuracy = EachBatch(keras.metrics.sparse_categorical_accuracy, steps * lab.epochs, "batch_accuracy")
    network.training.compile(
        optimizer=make_optimizer(lab),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[loss, accuracy],
        **NO_XLA,
    )

    def on_step(batch: int, logs: Any) -> None:
        watch.step(loss.last(), accuracy.last(), lambda: answer(network, digits.test_images))

    network.training.fit(
        batches(digits, schedule, lab),
        epochs=lab.epochs,
        verbose=0,
        shuffle=False,
        steps_per_epoch=steps,
        callbacks=[keras.callbacks.LambdaCallback(on_batch_end=on_step)],
    )
    resources.ran_on("training", device_of(network.training))


def cross_entropy(labels: Tensor, logits: Tensor) -> Tensor:
    """The loss per example, tensor [n], from labels int32 [n] and logits [n, 10]."""
    return keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)


def batches(digits: Digits, schedule: LabSchedule, lab: Lab) -> Dataset:
    """The batches of all steps as a tf.data.Dataset of ((images, mask), labels), prefetched during the step before."""

    def generate() -> Iterator[Tuple[Tuple[np.ndarray, np.ndarray], np.ndarray]]:
        for rows, mask in steps_of(schedule, lab):
            yield (digits.images[rows][..., np.newaxis], mask), digits.labels[rows]

    images = tf.TensorSpec([None, SIDE, SIDE, 1], tf.uint8)
    masks = tf.TensorSpec([None, lab.hidden], lab.precision)
    signature = ((images, masks), tf.TensorSpec([None], tf.int32))
    return tf.data.Dataset.from_generator(generate, output_signature=signature).prefetch(tf.data.AUTOTUNE)


def answer(network: Network, images: np.ndarray, at_once: int = 1000) -> np.ndarray:
    """The network's logits for images uint8 [N, 28, 28], ``at_once`` at a time."""
    # study: `training=False` switches dropout off; `fit` passes True.
    parts = [images[start : start + at_once, ..., np.newaxis] for start in range(0, len(images), at_once)]
    return np.concatenate([network.answering(part, training=False).numpy() for part in parts])


def export(network: Network, output: str) -> None:
    """Write a SavedModel and, under Keras 3, a `.keras` file; each completely or not at all.

    study: the saved network still has its dropout layer, which is inactive; a frozen graph still has the placeholder.
    """
    paths = output_paths(output)
    probabilities = keras.layers.Softmax(name=FINAL)(network.answering.output)
    model = keras.Model(network.answering.input, probabilities)
    module = tf.train.Checkpoint()  # without Keras's own bookkeeping
    module.weights = [variable.value if KERAS_3 else variable for variable in model.weights]

    @tf.function(input_signature=[tf.TensorSpec([None, SIDE, SIDE], tf.uint8, "images")], autograph=False)
    def serve(images: Tensor) -> Dict[str, Tensor]:
        return {"probabilities": model(images[..., tf.newaxis], training=False)}

    with whole_folder(paths.saved_model) as folder:
        tf.saved_model.save(module, folder, signatures={"serving_default": serve})
        make_loadable_by_older(folder)
    if paths.keras:
        save_keras(model, paths.keras)

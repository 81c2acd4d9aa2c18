"""The beginner lab: a network of two layers that reads digits. ``python -m poets.modern mnist``."""

import os
from typing import Any, Dict, Iterator, List, Optional, Tuple

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
from poets.migrate.task.files import whole_file, whole_folder
from poets.migrate.task.resources import Resources
from poets.migrate.tensorflow_library.older_readers import make_loadable_by_older
from poets.migrate.tensorflow_library.version2 import KERAS_3, KERAS_VERSION, keras, tf
from poets.modern.device import choose_device, device_of
from poets.modern.export import check_output_paths, output_paths

FINAL = "final_result"  # name of the softmax layer


class Network(keras.Sequential):
    """Images uint8 [N, 28, 28, 1] -> logits [N, 10], of stock layers.

    Its training step takes dropout's mask with the batch.

    study: `keras.layers.Dropout` draws its own mask, and no seed makes it draw TF1's. So the schedule's takes its
    place in the training step, which TF1 spelled as ops to `sess.run` and Keras lets be overridden.
    """

    def train_step(self, data: Any) -> Dict[str, Any]:
        """One step of Adam on one batch; answers loss and accuracy before it."""
        images, labels, mask = data
        with tf.GradientTape() as tape:
            logits = self.logits_of(images, mask)
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        right = tf.argmax(logits, 1, output_type=tf.int32) == labels
        return {"loss": loss, "accuracy": tf.reduce_mean(tf.cast(right, tf.float32))}

    def logits_of(self, images: Any, mask: Any) -> Any:
        """[N, 10] of images, with the units kept and scaled as ``mask``, [N, hidden], says."""
        values = images
        for layer in self.layers:
            values = values * mask if isinstance(layer, keras.layers.Dropout) else layer(values)
        return values


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; the exit code is what the process should end with."""
    twin = command.Twin(
        "modern",
        train_network,
        lambda path: check_output_paths(output_paths(path)),
        {"tensorflow": tf.__version__, "keras": KERAS_VERSION},
    )
    return command.main(twin, argv)


def train_network(
    digits: Digits, schedule: LabSchedule, lab: Lab, resources: Resources, watch: LabWatch, output: str = ""
) -> LabTrained:
    """Train by the schedule, and answer the test images.

    Args:
        digits: Digits.
        schedule: LabSchedule.
        lab: Lab.
        resources: Resources.
        watch: LabWatch, told of every step.
        output: str, where the SavedModel goes, with a `.keras` file beside it; empty for nowhere.

    Raises:
        BadInput: ``output`` cannot be written.
        BrokenEnvironment: the device asked for is not there.
    """
    choose_device(resources)
    network = build_network(lab, schedule.weights)
    train(network, digits, schedule, lab, resources, watch)
    probabilities = tf.nn.softmax(answer(network, digits.test_images)).numpy()
    weights = network.get_weights()
    if output:
        export(network, output)
    return LabTrained(np.array(watch.losses), weights, probabilities, watch.curve)


def build_network(lab: Lab, weights: List[np.ndarray]) -> Network:
    """The network with its initial weights, compiled.

    study: no session, no initializer to run: the layers are built and hold numbers as soon as the input's shape is
    known. Their precision is a setting of Keras's, where TF1 has a dtype on every tensor.
    """
    keras.backend.set_floatx(lab.precision)
    keras.mixed_precision.set_global_policy(lab.precision)  # which Keras 3 keeps from the first layer ever made
    network = Network([keras.Input([SIDE, SIDE, 1], dtype="uint8", name="images"), keras.layers.Rescaling(PIXEL_SCALE)])
    if lab.layers == "conv":
        convolve(network)
    for layer in (
        keras.layers.Flatten(),
        keras.layers.Dense(lab.hidden, activation="relu"),
        keras.layers.Dropout(lab.dropout),
        keras.layers.Dense(CLASSES),
    ):
        network.add(layer)
    network.set_weights(weights)
    options = {"jit_compile": False} if KERAS_3 else {}  # Keras 3 would compile with XLA: slower to start, other sums
    network.compile(optimizer=make_optimizer(lab), **options)
    return network


def convolve(network: Network) -> None:
    """Add two convolutions of 3 x 3, each with ReLU and max pooling of 2 x 2.

    study: what never varies (strides of 1, the N and C of NHWC) need not be said, and shapes follow of themselves.
    """
    for filters in FILTERS:
        network.add(keras.layers.Conv2D(filters, KERNEL, activation="relu"))
        network.add(keras.layers.MaxPooling2D())


def make_optimizer(lab: Lab) -> Any:
    """Adam.

    study: Keras's default epsilon is 1e-7, TF1's was 1e-8. The formula is the same: the bias correction goes into the
    learning rate, epsilon beside the square root of the uncorrected second moment. But Keras 3 computes 1 - beta_2 in
    Python and TF1 in float32, so the two agree on betas only that float32 has.
    """
    return keras.optimizers.Adam(single(lab.learning_rate), beta_1=BETA_1, beta_2=BETA_2, epsilon=EPSILON)


def train(
    network: Network, digits: Digits, schedule: LabSchedule, lab: Lab, resources: Resources, watch: LabWatch
) -> None:
    """Take every step of the schedule, and tell of each.

    study: `fit` has the loop of epochs and steps; a callback is told of every one.
    """
    if not lab.epochs:
        return
    network.fit(
        batches(digits, schedule, lab),
        epochs=lab.epochs,
        verbose=0,
        shuffle=False,
        steps_per_epoch=steps_per_epoch(lab, len(digits.images)),
        callbacks=[_Teller(watch, lambda: answer(network, digits.test_images))],
    )
    resources.ran_on("training", device_of(network))


def batches(digits: Digits, schedule: LabSchedule, lab: Lab) -> Any:
    """All steps' batches as a tf.data.Dataset of (images, labels, mask): made while the step before is computed."""

    def generate() -> Iterator[Tuple[np.ndarray, np.ndarray, np.ndarray]]:
        for rows, mask in steps_of(schedule, lab):
            yield digits.images[rows][..., np.newaxis], digits.labels[rows], mask

    signature = (
        tf.TensorSpec([None, SIDE, SIDE, 1], tf.uint8),
        tf.TensorSpec([None], tf.int32),
        tf.TensorSpec([None, lab.hidden], lab.precision),
    )
    return tf.data.Dataset.from_generator(generate, output_signature=signature).prefetch(tf.data.AUTOTUNE)


class _Teller(keras.callbacks.Callback):
    def __init__(self, watch: LabWatch, test: Any) -> None:
        super().__init__()
        self.watch, self.test = watch, test

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.watch.step(logs["loss"], logs["accuracy"], self.test)


def answer(network: Network, images: np.ndarray, at_once: int = 1000) -> np.ndarray:
    """The network's logits of images uint8 [N, 28, 28], ``at_once`` at a time."""
    # study: `training=False` is what dropout looks at; `fit` passes True.
    return np.concatenate(
        [
            network(images[start : start + at_once, ..., np.newaxis], training=False).numpy()
            for start in range(0, len(images), at_once)
        ]
    )


def export(network: Network, output: str) -> None:
    """Write a SavedModel and, under Keras 3, a `.keras` file; each whole or not at all.

    study: dropout is still a layer of the saved network and does nothing there; a frozen graph has a placeholder left.
    """
    paths = output_paths(output)
    model = keras.Sequential(
        [keras.Input([SIDE, SIDE, 1], dtype="uint8", name="images")]
        + network.layers
        + [keras.layers.Softmax(name=FINAL)]
    )
    module = tf.train.Checkpoint()  # which Keras's own bookkeeping is left out of
    module.weights = [variable.value if KERAS_3 else variable for variable in model.weights]

    @tf.function(input_signature=[tf.TensorSpec([None, SIDE, SIDE], tf.uint8, "images")], autograph=False)
    def serve(images: Any) -> Any:
        return {"probabilities": model(images[..., tf.newaxis], training=False)}

    with whole_folder(paths.saved_model) as folder:
        tf.saved_model.save(module, folder, signatures={"serving_default": serve})
        make_loadable_by_older(folder)
    if paths.keras:
        with whole_file(paths.keras) as temporary:
            model.save(temporary + ".keras")  # Keras insists on the ending
            os.replace(temporary + ".keras", temporary)

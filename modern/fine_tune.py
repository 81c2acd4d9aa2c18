"""Fine-tuning: train the network's weights together with the final layer, in a custom training loop."""

import os
from typing import Callable, Dict, Iterator, List, NamedTuple, Sequence, Tuple

import numpy as np

from poets.migrate import console
from poets.migrate.graphs.rewrites.thawing import how_many, last_layers
from poets.migrate.retraining.run import CHUNK, Run
from poets.migrate.task.networks.architectures import Architecture
from poets.migrate.task.photos.image_lists import of_split
from poets.migrate.task.resources import Resources
from poets.migrate.task.training import tensorboard_tags
from poets.migrate.task.training.fine_tuning import FineTuningPlan, Tuned, batches_of, conclude, moved_most, say_tuned
from poets.migrate.task.training.settings import FineTuning
from poets.migrate.tensorflow_library.keras_in_parts import gradients_in_parts
from poets.migrate.tensorflow_library.network_module import read_network
from poets.migrate.tensorflow_library.types import Model, Tensor, Variable
from poets.migrate.tensorflow_library.version2 import keras, tf
from poets.modern.backbone import Backbone
from poets.modern.bottlenecks import read_distorted, read_pixels
from poets.modern.summaries import open_writer

Gradients = Callable[[Tensor, Tensor, Tensor], Tuple[Tensor, List[Tensor]]]


class Thawed(NamedTuple):
    weights: Dict[str, Variable]
    """Name -> variable, for the network's weights to train."""
    layers: Tuple[int, int]
    """Number of thawed layers, and of all layers."""


def thaw(pretrained: Backbone, network: str, architecture: Architecture, settings: FineTuning) -> Thawed:
    """Make the layer trainable, and find the weights of its last layers.

    study: `layer.trainable = True` is enough, because the module's weights are variables. In a frozen TF1 graph they
    are constants, and thawing requires graph surgery.

    Args:
        pretrained: Backbone.
        network: the frozen graph's file, whose nodes show which weights form a layer; empty for a Hub module, whose
            variables are in the order of its layers.
        architecture: Architecture, of the frozen graph.
        settings: FineTuning.
    """
    pretrained.layer.trainable = True
    weights = pretrained.layer.named_weights()
    if network:
        layers = read_network(network, architecture).layers
    else:
        layers = []
        for name, variable in weights.items():
            if len(variable.shape) >= 2 or not layers:
                layers.append([])
            layers[-1].append(name)
    names = last_layers(layers, settings.layers)
    return Thawed({name: weights[name] for name in names}, how_many(layers, settings.layers))


def fine_tune(
    pretrained: Backbone,
    head: Model,
    thawed: Thawed,
    paths: Sequence[str],
    labels: np.ndarray,
    plan: FineTuningPlan,
    method: str,
    resources: Resources,
    on_step: Callable[[int, float], None] = lambda step, loss: None,
) -> np.ndarray:
    """Train the network and the final layer by the plan; returns float32 [steps], each batch's loss before its step.

    study: `fit` would train every weight of a trainable layer. Here only some of the network's layer train, and a batch
    that does not fit in memory is split, so a loop around a `tf.GradientTape` asks for just those gradients. In TF1 a
    step consists of ops that were added to the graph beforehand.

    Args:
        pretrained: Backbone.
        head: Model, the trained final layer.
        thawed: Thawed.
        paths: path of every photo.
        labels: int [N].
        plan: FineTuningPlan.
        method: "tf1" or "tf2", the resize method.
        resources: Resources.
        on_step: called with each finished step and its loss.
    """
    weights = list(thawed.weights.values()) + head.trainable_variables
    optimizer = keras.optimizers.SGD(plan.settings.learning_rate, plan.settings.momentum)
    gradients_of = gradient_function(pretrained, head, weights, plan.settings)
    width, classes = head.inputs[0].shape[-1], head.outputs[0].shape[-1]
    losses = np.zeros(len(plan.train), np.float32)
    pixels = pixel_batches(pretrained, paths, plan, method)
    for step, (batch, (_, _, mask, truth)) in enumerate(zip(pixels, batches_of(plan, labels, classes, width))):
        rows = [batch, tf.constant(mask), tf.constant(truth)]
        step_of = lambda size: gradients_in_parts(gradients_of, rows, size)  # noqa: E731
        loss, gradients = resources.attempt("fine-tuning", len(truth), step_of)
        if "fine-tuning" not in resources.devices:
            resources.ran_on("fine-tuning", loss.device)
        optimizer.apply_gradients(zip(gradients, weights))
        losses[step] = float(loss)
        on_step(step, float(loss))
    return losses


def gradient_function(pretrained: Backbone, head: Model, weights: List[Variable], settings: FineTuning) -> Gradients:
    """(images float32 [n, S, S, 3], dropout mask [n, B], labels [n, C]) -> (loss, its gradient for each weight)."""
    kernel = head.layers[-1].kernel
    side = pretrained.input_size

    def gradients_of(pixels: Tensor, mask: Tensor, truth: Tensor) -> Tuple[Tensor, List[Tensor]]:
        with tf.GradientTape() as tape:
            # training=False: batch norm keeps the means and variances of the data set it was pretrained on
            logits = head(pretrained.layer(pixels, training=False) * mask)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=truth, logits=logits))
            if settings.l2:
                loss += settings.l2 * tf.reduce_sum(tf.square(tf.convert_to_tensor(kernel)))
            for regularization in getattr(pretrained.layer._module, "regularization_losses", ()):
                loss += regularization()
        gradients = tape.gradient(loss, weights)
        # a Hub module may list trainable weights that its output does not depend on
        found = zip(weights, gradients)
        return loss, [tf.zeros(weight.shape) if gradient is None else gradient for weight, gradient in found]

    specs = [tf.TensorSpec([None, side, side, 3]), tf.TensorSpec([None, None]), tf.TensorSpec([None, None])]
    return tf.function(gradients_of, input_signature=specs)


def pixel_batches(pretrained: Backbone, paths: Sequence[str], plan: FineTuningPlan, method: str) -> Iterator[Tensor]:
    """float32 [batch, S, S, 3] per step: normalised photos, distorted if the plan has draws.

    study: tf.data reads the next batch's photos on other cores while the network trains.
    """
    files = tf.data.Dataset.from_tensor_slices([os.fsencode(paths[index]) for index in plan.train.ravel()])
    if plan.draws is None:
        pixels = files.map(lambda path: read_pixels(path, pretrained, method), num_parallel_calls=tf.data.AUTOTUNE)
    else:
        draws = tf.data.Dataset.from_tensor_slices(plan.draws.reshape(-1, plan.draws.shape[-1]).astype(np.float32))
        pixels = tf.data.Dataset.zip((files, draws)).map(
            lambda path, draw: read_distorted(path, draw, pretrained, method), num_parallel_calls=tf.data.AUTOTUNE
        )
    return iter(pixels.batch(plan.train.shape[1]).prefetch(1))


def answers(pretrained: Backbone, head: Model, paths: Sequence[str], method: str, resources: Resources) -> np.ndarray:
    """float32 [n, C]: the probabilities of photos, from their files."""
    rows = [np.zeros((0, head.outputs[0].shape[-1]), np.float32)]
    if not len(paths):
        return rows[0]
    files = tf.data.Dataset.from_tensor_slices([os.fsencode(path) for path in paths])
    pixels = files.map(lambda path: read_pixels(path, pretrained, method), num_parallel_calls=tf.data.AUTOTUNE)
    for batch in pixels.batch(CHUNK):
        rows.append(
            resources.map(
                "evaluation", batch, lambda some: tf.nn.softmax(head(pretrained.layer(some, training=False))).numpy()
            )
        )
    return np.concatenate(rows)


def fine_tune_and_test(pretrained: Backbone, head: Model, thawed: Thawed, run: Run) -> Tuned:
    """Fine-tune the network together with the final layer, and report the change in accuracy."""
    lists, paths, resources = run.known.lists, [path for path, _ in run.photos], run.resources
    plan = run.fine_tuning_plan(pretrained.input_size)
    splits = {split: of_split(lists, split) for split in ("validation", "testing")}
    frozen = {
        split: resources.map("evaluation", run.features[some], lambda rows: head(rows).numpy())
        for split, some in splits.items()
    }
    before = values_of(thawed)
    writer = open_writer(run.summaries_dir, "fine_tuning")

    def on_step(step: int, loss: float) -> None:
        with writer.as_default(step):
            tf.summary.scalar(tensorboard_tags.FINE_TUNING_LOSS, loss)
        advance(1)

    with run.progress("fine-tuning", plan.settings.steps) as advance:
        losses = fine_tune(pretrained, head, thawed, paths, run.targets, plan, run.resize, resources, on_step)
    writer.close()
    tuned = {
        split: answers(pretrained, head, [paths[index] for index in some], run.resize, resources)
        for split, some in splits.items()
    }
    layers = thawed.layers + (len(thawed.weights) + 2,)
    concluded = conclude(lists, frozen, tuned, losses, layers, moved_most(before, values_of(thawed)))
    say_tuned(concluded, plan.settings, run.say, console.warn)
    return concluded


def values_of(thawed: Thawed) -> Dict[str, np.ndarray]:
    """The current values of the thawed weights, float32 of the shapes that the network has."""
    return {name: np.array(variable.numpy()) for name, variable in thawed.weights.items()}

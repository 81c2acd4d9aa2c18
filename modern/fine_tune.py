"""Fine-tuning: train the network's weights together with the final layer, in a custom training loop."""

from typing import Callable, Dict, List, NamedTuple, Sequence, Tuple

import numpy as np

from poets.migrate.graphs.rewrites.thawing import how_many, last_layers
from poets.migrate.retraining.fine_tuning import of_bottlenecks, of_photos, report
from poets.migrate.retraining.run import CHUNK, Run
from poets.migrate.task.networks.architectures import Architecture
from poets.migrate.task.resources import Resources
from poets.migrate.task.training import tensorboard_tags
from poets.migrate.task.training.fine_tuning import FineTuningPlan, batches_of
from poets.migrate.task.training.settings import FineTuning
from poets.migrate.tensorflow_library.keras_in_parts import gradients_that_fit
from poets.migrate.tensorflow_library.network_module import read_network
from poets.migrate.tensorflow_library.signatures import ModelMetadata
from poets.migrate.tensorflow_library.types import Model, Tensor, Variable
from poets.migrate.tensorflow_library.version2 import keras, tf
from poets.modern.backbone import Backbone
from poets.modern.bottlenecks import pixels_of
from poets.modern.export import export

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
    layers = read_network(network, architecture).layers if network else pretrained.layer.weight_layers()
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
    chosen = [paths[index] for index in plan.train.ravel()]
    pixels = pixels_of(pretrained, chosen, method, plan.draws).batch(plan.train.shape[1]).prefetch(1)
    for step, (batch, (_, _, mask, truth)) in enumerate(zip(pixels, batches_of(plan, labels, classes, width))):
        rows = [batch, tf.constant(mask), tf.constant(truth)]
        loss, gradients = gradients_that_fit(gradients_of, rows, resources, "fine-tuning")
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


def answers(pretrained: Backbone, head: Model, paths: Sequence[str], method: str, resources: Resources) -> np.ndarray:
    """float32 [n, C]: the probabilities of photos, from their files."""

    def probabilities(pixels: Tensor) -> np.ndarray:
        return tf.nn.softmax(head(pretrained.layer(pixels, training=False))).numpy()

    rows = [np.zeros((0, head.outputs[0].shape[-1]), np.float32)]
    for pixels in pixels_of(pretrained, paths, method).batch(CHUNK):
        rows.append(resources.map("evaluation", pixels, probabilities))
    return np.concatenate(rows)


def fine_tune_and_test(pretrained: Backbone, head: Model, metadata: ModelMetadata, run: Run) -> None:
    """Fine-tune the network together with the final layer, and save both again unless the accuracy collapsed."""
    paths, plan, resources = [path for path, _ in run.photos], run.fine_tuning_plan(), run.resources
    frozen = of_bottlenecks(run, lambda rows: resources.map("evaluation", rows, lambda some: head(some).numpy()))
    thawed = thaw(pretrained, run.network, run.architecture, plan.settings)
    before = values_of(thawed)
    writer = tf.summary.create_file_writer(run.event_folder("fine_tuning"))

    def on_step(step: int, loss: float) -> None:
        with writer.as_default(step):
            tf.summary.scalar(tensorboard_tags.FINE_TUNING_LOSS, loss)
        advance(1)

    with run.progress("fine-tuning", len(plan.train)) as advance:
        losses = fine_tune(pretrained, head, thawed, paths, run.targets, plan, run.resize, resources, on_step)
    writer.close()
    tuned = of_photos(run, lambda some: answers(pretrained, head, [path for path, _ in some], run.resize, resources))
    concluded = report(run, frozen, tuned, losses, thawed.layers, before, values_of(thawed))
    if not concluded.collapse:
        export(pretrained, head, metadata, run.output_graph)


def values_of(thawed: Thawed) -> Dict[str, np.ndarray]:
    """The current values of the thawed weights, float32 of the shapes that the network has."""
    return {name: np.array(variable.numpy()) for name, variable in thawed.weights.items()}

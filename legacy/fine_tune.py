"""Fine-tuning: turn the frozen network's constants back into variables and train them with the final layer."""

from typing import Callable, Dict, List, NamedTuple, Sequence, Tuple

import numpy as np

from poets.legacy.bottlenecks import Preprocessing, add_preprocessing, pixels_of
from poets.legacy.export import export
from poets.legacy.head import Head, add_head
from poets.migrate.retraining.fine_tuning import of_bottlenecks, of_photos, report
from poets.migrate.retraining.frozen_network import without_weights
from poets.migrate.retraining.network import Photo
from poets.migrate.retraining.run import CHUNK, Run
from poets.migrate.task.networks.architectures import Architecture
from poets.migrate.task.resources import Resources
from poets.migrate.task.training import tensorboard_tags
from poets.migrate.task.training.fine_tuning import FineTuningPlan, batches_of
from poets.migrate.task.training.settings import FineTuning
from poets.migrate.task.training.trained import Trained
from poets.migrate.tensorflow_library.session_resources import Descent, descend, open_session
from poets.migrate.tensorflow_library.types import Session, Tensor, Variable
from poets.migrate.tensorflow_library.version1 import tf


class Thawed(NamedTuple):
    images: Tensor
    """float32 [N, S, S, 3], normalised."""
    variables: Dict[str, Variable]
    """Name of the constant -> the variable that replaces it."""
    layers: Tuple[int, int]
    """Number of thawed layers, and of all layers."""
    head: Head
    """The new final layer."""
    descent: Descent
    """Its placeholders: images, dropout masks [N, B] and labels [N, C]."""


def thaw(
    path: str,
    architecture: Architecture,
    settings: FineTuning,
    weights: np.ndarray,
    biases: np.ndarray,
    final_name: str,
) -> Thawed:
    """Import the frozen network with its last layers' weights as variables, and add the ops that train them.

    study: the constants are removed from the GraphDef, and `input_map` puts variables of the same names in their
    place; frozen again, the graph has its original nodes. In TF2 a function imports the graph and takes variables.

    Args:
        path: str, the frozen graph.
        architecture: Architecture.
        settings: FineTuning.
        weights: float32 [B, C], of the trained final layer.
        biases: float32 [C].
        final_name: str, the name of the softmax node.

    Raises:
        BadInput: the file is not a frozen graph.
    """
    network = without_weights(path, tf.GraphDef(), architecture, settings.layers)
    variables = {
        name: tf.Variable(tf.make_ndarray(weight), name=name, use_resource=False)
        for name, weight in network.weights.items()
    }
    images, bottleneck = tf.import_graph_def(
        network.graph_def,
        name="",
        input_map={name + ":0": tf.convert_to_tensor(variable) for name, variable in variables.items()},
        return_elements=[architecture.input_tensor, architecture.bottleneck_tensor],
    )
    head = add_head(bottleneck, weights, biases, settings.learning_rate, final_name)
    descent = add_descent(images, bottleneck, head, list(variables.values()), settings)
    return Thawed(images, variables, network.layers, head, descent)


def add_descent(
    images: Tensor, bottleneck: Tensor, head: Head, variables: List[Variable], settings: FineTuning
) -> Descent:
    """Add the loss of the network and the final layer, with dropout between them, and a gradient descent step.

    ``images`` are float32 [N, S, S, 3], normalised, and ``bottleneck`` is float32 [N, B]. The gradients are those of
    ``variables``, then of the final layer's weights and biases.
    """
    with tf.name_scope("fine_tuning"):
        mask = tf.placeholder(tf.float32, [None, head.weights.shape[0]], name="DropoutMask")
        logits = tf.matmul(bottleneck * mask, head.weights) + head.biases
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=head.ground_truth_input, logits=logits))
        if settings.l2:
            loss += settings.l2 * tf.reduce_sum(tf.square(head.weights))
        if settings.momentum:
            optimizer = tf.train.MomentumOptimizer(settings.learning_rate, settings.momentum)
        else:
            optimizer = tf.train.GradientDescentOptimizer(settings.learning_rate)
        gradients = optimizer.compute_gradients(
            loss, variables + [head.weights, head.biases], gate_gradients=optimizer.GATE_GRAPH
        )
        train_step = optimizer.apply_gradients(gradients)
    return Descent([images, mask, head.ground_truth_input], loss, [gradient for gradient, _ in gradients], train_step)


def fine_tune(
    session: Session,
    thawed: Thawed,
    preprocessing: Preprocessing,
    photos: Sequence[Photo],
    labels: np.ndarray,
    plan: FineTuningPlan,
    resources: Resources,
    on_step: Callable[[int, float], None] = lambda step, loss: None,
) -> np.ndarray:
    """Train the network and the final layer by the plan; returns float32 [steps], each batch's loss before its step.

    Args:
        session: tf.Session whose variables are initialised.
        thawed: Thawed.
        preprocessing: Preprocessing.
        photos: (path, kind) of every photo.
        labels: int [N].
        plan: FineTuningPlan.
        resources: Resources.
        on_step: called with each finished step and its loss.
    """
    width, classes = (int(side) for side in thawed.head.weights.shape)
    losses = np.zeros(len(plan.train), np.float32)
    for step, (row, draws, mask, truth) in enumerate(batches_of(plan, labels, classes, width)):
        pixels = pixels_of(session, preprocessing, [photos[index] for index in row], draws)
        losses[step] = descend(session, thawed.descent, [pixels, mask, truth], resources, "fine-tuning")
        on_step(step, float(losses[step]))
    return losses


def answers(
    session: Session, thawed: Thawed, preprocessing: Preprocessing, photos: Sequence[Photo], resources: Resources
) -> np.ndarray:
    """float32 [n, C]: the probabilities of photos, from their files."""

    def probabilities(pixels: np.ndarray) -> np.ndarray:
        return session.run(thawed.head.probabilities, {thawed.images: pixels})

    rows = [np.zeros((0, int(thawed.head.weights.shape[1])), np.float32)]
    for start in range(0, len(photos), CHUNK):
        pixels = pixels_of(session, preprocessing, photos[start : start + CHUNK])
        rows.append(resources.map("evaluation", pixels, probabilities))
    return np.concatenate(rows)


def fine_tune_and_test(trained: Trained, run: Run) -> None:
    """Fine-tune in a separate graph, and overwrite the frozen graph unless the accuracy collapsed."""
    plan, resources = run.fine_tuning_plan(), run.resources
    frozen = of_bottlenecks(run, lambda rows: rows @ trained.weights + trained.biases)

    def on_step(step: int, loss: float) -> None:
        # study: a summary without an op is a protobuf message, built by hand; in TF2 `tf.summary.scalar` takes a number
        value = tf.Summary.Value(tag=tensorboard_tags.FINE_TUNING_LOSS, simple_value=loss)
        writer.add_summary(tf.Summary(value=[value]), step)
        advance(1)

    with tf.Graph().as_default():
        writer = tf.summary.FileWriter(run.event_folder("fine_tuning"))
        thawed = thaw(run.network, run.architecture, plan.settings, trained.weights, trained.biases, run.final_name)
        preprocessing = add_preprocessing(run.architecture, run.architecture.input_size)
        with open_session(resources) as session:
            session.run(tf.global_variables_initializer())
            before = session.run(thawed.variables)
            with run.progress("fine-tuning", len(plan.train)) as advance:
                losses = fine_tune(session, thawed, preprocessing, run.photos, run.targets, plan, resources, on_step)
            writer.close()
            after = session.run(thawed.variables)
            tuned = of_photos(run, lambda photos: answers(session, thawed, preprocessing, photos, resources))
            concluded = report(run, frozen, tuned, losses, thawed.layers, before, after)
            if not concluded.collapse:
                export(session, run.final_name, run.output_graph)

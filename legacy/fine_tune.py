"""Fine-tuning: turn the frozen network's constants back into variables and train them with the final layer."""

from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.legacy.bottlenecks import Photo, Preprocessing, add_preprocessing, read_distorted, read_pixels
from poets.legacy.export import export
from poets.legacy.head import Head, add_head
from poets.legacy.summaries import open_writer, write_scalar
from poets.migrate import console
from poets.migrate.graphs.edges import node_name
from poets.migrate.graphs.graph_file import read_graph
from poets.migrate.graphs.rewrites.rules import sized, without
from poets.migrate.graphs.rewrites.thawing import how_many, last_layers, thawable_network
from poets.migrate.retraining.run import CHUNK, Run
from poets.migrate.task.networks.architectures import Architecture
from poets.migrate.task.photos.image_lists import of_split
from poets.migrate.task.resources import Resources
from poets.migrate.task.training import tensorboard_tags
from poets.migrate.task.training.fine_tuning import FineTuningPlan, Tuned, batches_of, conclude, moved_most, say_tuned
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
    graph_def, layers, _ = thawable_network(
        read_graph(path, tf.GraphDef(), "--model_dir"),
        node_name(architecture.input_tensor),
        architecture.bottleneck_tensor,
    )
    names = last_layers(layers, settings.layers)
    values = {
        node.name: tf.make_ndarray(node.attr["value"].tensor) for node in graph_def.node if node.name in set(names)
    }
    variables = {name: tf.Variable(values[name], name=name, use_resource=False) for name in names}
    images, bottleneck = tf.import_graph_def(
        without(sized(graph_def, node_name(architecture.input_tensor), architecture.input_size), set(names)),
        name="",
        input_map={name + ":0": tf.convert_to_tensor(variable) for name, variable in variables.items()},
        return_elements=[architecture.input_tensor, architecture.bottleneck_tensor],
    )
    head = add_head(bottleneck, weights, biases, settings.learning_rate, final_name)
    return Thawed(
        images,
        variables,
        how_many(layers, settings.layers),
        head,
        add_descent(images, bottleneck, head, list(variables.values()), settings),
    )


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


def pixels_of(
    session: Session, preprocessing: Preprocessing, photos: Sequence[Photo], draws: Optional[np.ndarray]
) -> np.ndarray:
    """float32 [n, S, S, 3]: normalised photos, distorted by ``draws``, float64 [n, 5], if given."""
    if draws is None:
        return np.stack([read_pixels(session, preprocessing, photo) for photo in photos])
    return np.stack([read_distorted(session, preprocessing, photo, draw) for photo, draw in zip(photos, draws)])


def answers(
    session: Session, thawed: Thawed, preprocessing: Preprocessing, photos: Sequence[Photo], resources: Resources
) -> np.ndarray:
    """float32 [n, C]: the probabilities of photos, from their files."""
    rows = [np.zeros((0, int(thawed.head.weights.shape[1])), np.float32)]
    for start in range(0, len(photos), CHUNK):
        pixels = pixels_of(session, preprocessing, photos[start : start + CHUNK], None)
        rows.append(
            resources.map(
                "evaluation", pixels, lambda some: session.run(thawed.head.probabilities, {thawed.images: some})
            )
        )
    return np.concatenate(rows)


def fine_tune_and_test(trained: Trained, run: Run) -> Tuned:
    """Fine-tune in a separate graph, and overwrite the frozen graph unless the accuracy collapsed."""
    lists, photos, size = run.known.lists, run.photos, run.architecture.input_size
    plan = run.fine_tuning_plan(size)

    def on_step(step: int, loss: float) -> None:
        write_scalar(writer, tensorboard_tags.FINE_TUNING_LOSS, loss, step)
        advance(1)

    with tf.Graph().as_default():
        writer = open_writer(run.summaries_dir, "fine_tuning")
        thawed = thaw(run.network, run.architecture, plan.settings, trained.weights, trained.biases, run.final_name)
        preprocessing = add_preprocessing(run.architecture, size)
        with open_session(run.resources) as session:
            session.run(tf.global_variables_initializer())
            before = session.run(thawed.variables)
            with run.progress("fine-tuning", plan.settings.steps) as advance:
                losses = fine_tune(session, thawed, preprocessing, photos, run.targets, plan, run.resources, on_step)
            writer.close()
            frozen, tuned = {}, {}
            for split in ("validation", "testing"):
                some = of_split(lists, split)
                frozen[split] = run.features[some] @ trained.weights + trained.biases
                chosen = [photos[index] for index in some]
                tuned[split] = answers(session, thawed, preprocessing, chosen, run.resources)
            layers = thawed.layers + (len(thawed.variables) + 2,)
            moved = moved_most(before, session.run(thawed.variables))
            concluded = conclude(lists, frozen, tuned, losses, layers, moved)
            if not concluded.collapse:
                export(session, run.final_name, run.output_graph)
    say_tuned(concluded, plan.settings, run.say, console.warn)
    return concluded

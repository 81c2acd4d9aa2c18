"""Read a graph once for all targets: the original, the rewritten graph, its roles and labels."""

from typing import Any, List, NamedTuple, Optional

import numpy as np

from poets.migrate.graphs.declared_sizes import check_values
from poets.migrate.graphs.families import Family, find_family
from poets.migrate.graphs.network_files import labels_file
from poets.migrate.graphs.rewrites.dropout import without_dropout
from poets.migrate.graphs.rewrites.freezing import variables_of
from poets.migrate.graphs.rewrites.in_order import Applied, apply_rewrites
from poets.migrate.graphs.rewrites.learning_phase import phase_placeholders
from poets.migrate.graphs.roles import Roles, find_bottleneck, find_roles
from poets.migrate.port.reading.error_reasons import reason_of
from poets.migrate.port.reading.options import ALL_FOUND, ReadingOptions
from poets.migrate.port.reading.shapes import infer_shapes
from poets.migrate.port.reading.sources import OpenedNetwork, open_source, restored_session
from poets.migrate.task.errors import BadInput
from poets.migrate.task.labelling.labels import read_labels
from poets.migrate.tensorflow_library.version2 import tf

FROZEN = "they become constants, for which TensorFlow fuses and folds ops in another order"
UNITS_IN_THE_LAST_PLACE = 2e-6
"""16 of a float32 probability of 1, at 2**-23 each. A plain network kept as a checkpoint was seen 0.9e-6 apart."""


class Reading(NamedTuple):
    path: str
    """Path of the graph, as given."""
    source: OpenedNetwork
    original: Any
    """GraphDef, frozen, as it was in the file."""
    graph_def: Any
    """GraphDef, rewritten: images in, probabilities out."""
    roles: Roles
    """Of both graphs, with the mean and standard deviation that the user gave, if any."""
    classes: int
    """Number of classes."""
    labels: List[str]
    """One label per class."""
    bottleneck: str
    """Node of the features, see `find_bottleneck`."""
    family: Family
    """Which network it is."""
    rewrites: List[Applied]
    """What was changed, in order."""


def read(path: str, options: ReadingOptions = ALL_FOUND) -> Reading:
    """Read a network, refuse ops that act outside it, and rewrite it.

    Args:
        path: str, a path that `open_source` can open.
        options: ReadingOptions.

    Raises:
        BadInput: the file is not a graph, its ops are refused, its roles cannot be found, or the labels do not fit.
    """
    source = open_source(path, options)
    original = source.graph_def
    roles = find_roles(original, source.input_layer, source.output_layer, options.input_size)
    if options.input_mean is not None or options.input_std is not None:
        roles = roles._replace(
            input_mean=roles.input_mean if options.input_mean is None else options.input_mean,
            input_std=roles.input_std if options.input_std is None else options.input_std,
            normalization_from="the flags",
        )
    rewritten, applied = apply_rewrites(original, roles, options.keep)
    if source.variables is not None:
        names = variables_of(source.variables.graph_def)
        applied = [Applied("variables", FROZEN, len(names), names, UNITS_IN_THE_LAST_PLACE)] + applied
    check_values(infer_shapes(rewritten, roles), path)
    classes = count_classes(rewritten, roles)
    return Reading(
        path,
        source,
        original,
        rewritten,
        roles,
        classes,
        _labels(path, options.labels, classes),
        find_bottleneck(rewritten, roles.output_layer),
        find_family(original, roles.input_size),
        applied,
    )


def count_classes(graph_def: Any, roles: Roles) -> int:
    """The number of classes, from the output's shape in the imported graph.

    Raises:
        BadInput: the output's last dimension is unknown.
    """
    try:
        with tf.Graph().as_default():
            output = tf.graph_util.import_graph_def(graph_def, name="", return_elements=[roles.output_layer + ":0"])[0]
    except (ValueError, TypeError, tf.errors.OpError) as error:
        raise BadInput(f"GRAPH: TensorFlow cannot read it: {reason_of(error)}; is the file whole?")
    if output.shape.rank is None or not output.shape[-1]:
        raise BadInput(
            f"--output_layer: '{roles.output_layer}' does not say how many classes it has; name another node"
        )
    return int(output.shape[-1])


def _labels(path: str, given: Optional[str], classes: int) -> List[str]:
    found = given or labels_file(path)
    return read_labels(found, classes) if found else [f"class {number}" for number in range(classes)]


def original_answers(reading: Reading, images: np.ndarray) -> np.ndarray:
    """Run the original in a v1 Session image by image, because it may be frozen for a batch of one.

    Variables are restored by the original's own Saver. Only dropout is removed, because its output is random.

    Args:
        reading: Reading.
        images: float32 [N, S, S, 3], normalised.

    Returns:
        float32 [N, C].
    """
    variables = reading.source.variables
    graph_def = variables.graph_def if variables else reading.original
    if any(applied.name == "dropout" for applied in reading.rewrites):
        graph_def, _ = without_dropout(graph_def)
    roles = reading.roles
    if variables is None:
        return session_answers(graph_def, roles.input_layer, roles.output_layer, images, True)
    with restored_session(variables._replace(graph_def=graph_def)) as session:
        return _run_one_by_one(session, graph_def, roles.input_layer, roles.output_layer, images)


def _run_one_by_one(session: Any, graph_def: Any, feed: str, fetch: str, images: np.ndarray) -> np.ndarray:
    """float32 [N, C]; the learning phase is fed as inference."""
    settled = {name + ":0": False for name in phase_placeholders(graph_def)}
    rows = [session.run(fetch + ":0", dict(settled, **{feed + ":0": image[np.newaxis]})) for image in images]
    return np.concatenate([row.reshape(-1, row.shape[-1]) for row in rows])


def session_answers(graph_def: Any, feed: str, fetch: str, images: np.ndarray, one_by_one: bool) -> np.ndarray:
    """Run a graph in a v1 Session: float32 [N, C] for normalised images float32 [N, S, S, 3].

    Args:
        graph_def: a GraphDef message.
        feed: str, input node.
        fetch: str, output node.
        images: float32 [N, S, S, 3].
        one_by_one: bool, whether to run image by image, as a graph frozen for one must be.
    """
    with tf.Graph().as_default():
        tf.graph_util.import_graph_def(graph_def, name="")
        with tf.compat.v1.Session() as session:
            if one_by_one:
                return _run_one_by_one(session, graph_def, feed, fetch, images)
            found = session.run(fetch + ":0", {feed + ":0": images})
    return found.reshape(-1, found.shape[-1])

"""Read a graph once for all targets: the original, the rewritten graph, its roles and labels."""

from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from poets.migrate.graphs.declared_sizes import check_values
from poets.migrate.graphs.families import Family, find_family
from poets.migrate.graphs.network_files import labels_files
from poets.migrate.graphs.rewrites.dropout import without_dropout
from poets.migrate.graphs.rewrites.freezing import variables_of
from poets.migrate.graphs.rewrites.in_order import Applied, apply_rewrites
from poets.migrate.graphs.roles import Roles, find_bottleneck, find_roles
from poets.migrate.port.reading.error_reasons import reason_of
from poets.migrate.port.reading.options import ALL_FOUND, ReadingOptions
from poets.migrate.port.reading.shapes import infer_shapes
from poets.migrate.port.reading.sources import OpenedNetwork, open_source, restored_session
from poets.migrate.task.errors import BadInput
from poets.migrate.task.labelling.labels import labels_for, read_labels
from poets.migrate.task.photos.preprocessing import with_given
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
    labels_warning: str
    """Why they are numbers; empty if they are names."""
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
    given = options.preprocessing()
    roles = find_roles(original, source.input_layer, source.output_layer, (given.input_height, given.input_width))
    roles = roles._replace(preprocessing=with_given(roles.preprocessing, given))
    rewritten, applied = apply_rewrites(original, roles, options.keep)
    if source.variables is not None:
        names = variables_of(source.variables.graph_def)
        applied = [Applied("variables", FROZEN, len(names), names, UNITS_IN_THE_LAST_PLACE)] + applied
    check_values(infer_shapes(rewritten, roles), path)
    classes = count_classes(rewritten, roles)
    roles = roles._replace(classes=classes)
    labels, warning = _labels(path, options.labels, classes)
    return Reading(
        path,
        source,
        original,
        rewritten,
        roles,
        classes,
        labels,
        warning,
        find_bottleneck(rewritten, roles.output_layer),
        find_family(original, roles.preprocessing.height),
        applied,
    )


def count_classes(graph_def: Any, roles: Roles) -> int:
    """The number of classes, from the output's shape in the imported graph.

    Raises:
        BadInput: the output's last dimension is unknown.
    """
    try:
        with tf.Graph().as_default():
            output = tf.graph_util.import_graph_def(graph_def, name="", return_elements=[roles.answer_layer + ":0"])[0]
    except (ValueError, TypeError, tf.errors.OpError) as error:
        raise BadInput(f"GRAPH: TensorFlow cannot read it: {reason_of(error)}; is the file whole?")
    if not output.shape.rank or not output.shape[-1]:
        if roles.classes:
            return roles.classes
        raise BadInput(
            f"--output_layer: '{roles.output_layer}' does not say how many classes it has; name another node"
        )
    return int(output.shape[-1])


def _labels(path: str, given: Optional[str], classes: int) -> Tuple[List[str], str]:
    """The labels, and a warning if they are only numbers."""
    if given:
        return read_labels(given, classes), ""
    return labels_for(path, labels_files(path), classes)


def original_answers(reading: Reading, images: np.ndarray) -> np.ndarray:
    """Run the original in a v1 Session image by image, because it may be frozen for a batch of one.

    Variables are restored by the original's own Saver. Only dropout is removed, because its output is random.

    Args:
        reading: Reading.
        images: float32 [N, H, W, C], normalised.

    Returns:
        float32 [N, C]: probabilities; the last step to them is taken here if the graph leaves it to its caller.
    """
    variables = reading.source.variables
    graph_def = variables.graph_def if variables else reading.original
    if any(applied.name == "dropout" for applied in reading.rewrites):
        graph_def, _ = without_dropout(graph_def)
    roles = reading.roles
    fed, ends = roles.preprocessing.feed(images), (roles.input_layer, roles.output_layer)
    if variables is None:
        rows = session_answers(graph_def, *ends, fed, True, roles.fed)
    else:
        with restored_session(variables._replace(graph_def=graph_def)) as session:
            rows = _run_one_by_one(session, graph_def, *ends, fed, roles.fed)
    return activated(rows, roles.activation)


def activated(rows: np.ndarray, activation: str) -> np.ndarray:
    """Probabilities, float32 [N, C], of what a graph ends in: see `Roles.activation`."""
    if activation == "softmax":
        shifted = np.exp((rows - rows.max(axis=1, keepdims=True)).astype(np.float64))
        return (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
    return np.concatenate([np.float32(1) - rows, rows], axis=1) if activation == "pair" else rows


def _run_one_by_one(
    session: Any, graph_def: Any, feed: str, fetch: str, images: np.ndarray, fed: Dict[str, float]
) -> np.ndarray:
    """float32 [N, C]; ``fed`` is what else the graph wants in inference."""
    there = {node.name for node in graph_def.node}
    settled: Dict[str, Any] = {name + ":0": value for name, value in fed.items() if name in there}
    declared = session.graph.get_tensor_by_name(feed + ":0").shape
    count = (declared.as_list()[0] if declared.rank else None) or 1  # a queue may give 32 at a time
    rows = []
    for image in images:
        found = session.run(fetch + ":0", dict(settled, **{feed + ":0": np.stack([image] * count)}))
        rows.append(found.reshape(-1, found.shape[-1])[:1] if count > 1 else found.reshape(-1, found.shape[-1]))
    return np.concatenate(rows)


def session_answers(
    graph_def: Any,
    feed: str,
    fetch: str,
    images: np.ndarray,
    one_by_one: bool,
    fed: Optional[Dict[str, float]] = None,
) -> np.ndarray:
    """Run a graph in a v1 Session: float32 [N, C] for what its input takes, such as normalised images.

    Args:
        graph_def: a GraphDef message.
        feed: str, input node.
        fetch: str, output node.
        images: [N, ...].
        one_by_one: bool, whether to run image by image, as a graph frozen for one must be.
        fed: node -> what else is fed.
    """
    with tf.Graph().as_default():
        tf.graph_util.import_graph_def(graph_def, name="")
        with tf.compat.v1.Session() as session:
            if one_by_one:
                return _run_one_by_one(session, graph_def, feed, fetch, images, fed or {})
            found = session.run(fetch + ":0", {feed + ":0": images})
    return found.reshape(-1, found.shape[-1])

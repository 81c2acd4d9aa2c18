"""Read a graph once for all targets: the original, the rewritten graph, its roles and labels."""

from typing import Any, List, NamedTuple, Optional, Tuple

from poets.migrate.graphs.batch_statistics import batch_statistics
from poets.migrate.graphs.declared_sizes import check_values
from poets.migrate.graphs.families import Family, find_family
from poets.migrate.graphs.network_files import labels_files
from poets.migrate.graphs.rewrites.freezing import variables_of
from poets.migrate.graphs.rewrites.in_order import Applied, apply_rewrites
from poets.migrate.graphs.roles import Roles, find_bottleneck, find_roles
from poets.migrate.port.reading.error_reasons import reason_of
from poets.migrate.port.reading.options import ALL_FOUND, ReadingOptions
from poets.migrate.port.reading.shapes import infer_shapes
from poets.migrate.port.reading.sources import OpenedNetwork, open_source
from poets.migrate.task.errors import BadInput
from poets.migrate.task.labelling.labels import labels_for, read_labels
from poets.migrate.task.photos.preprocessing import with_given
from poets.migrate.tensorflow_library.version2 import tf

FROZEN = "they become constants, for which TensorFlow fuses and folds ops in another order"
MIXED = "it was frozen as it trains, with the batch's own statistics: photos of a batch change each other's answers"
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
    one_by_one: bool = False
    """Whether a photo's answer depends on the batch that it is in, so that only one at a time is right."""


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
    mixing = batch_statistics(rewritten, roles.input_layer, roles.answer_layer)
    if mixing:
        applied.append(Applied("one_by_one", MIXED, len(mixing), mixing, UNITS_IN_THE_LAST_PLACE))
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
        bool(mixing),
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

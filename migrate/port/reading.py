"""One reading of a graph, which every target is made from: what it is, what was rewritten, what it is called by."""

from typing import Any
from typing import List
from typing import NamedTuple
from typing import Optional
from typing import Sequence

import numpy as np

from migrate.graphs.families import Family
from migrate.graphs.families import find_family
from migrate.graphs.read import read_graph
from migrate.graphs.rewrites import Applied
from migrate.graphs.rewrites import apply_rewrites
from migrate.graphs.roles import Roles
from migrate.graphs.roles import ancestors
from migrate.graphs.roles import find_roles
from migrate.graphs.roles import node_name
from migrate.graphs.scan import refuse
from migrate.graphs.scan import scan
from migrate.graphs.scan import unknown_ops
from migrate.task.errors import BadInput
from migrate.task.labelling import labels_beside
from migrate.task.labelling import read_labels
from modern.tensorflow_v2 import tf

Reading = NamedTuple("Reading", [
    ("path", str),
    ("original", Any),  # GraphDef, as it is in the file
    ("graph_def", Any),  # GraphDef, rewritten: images in, probabilities out
    ("roles", Roles),
    ("classes", int),
    ("labels", List[str]),  # as many as classes
    ("bottleneck", str),  # node that gives the features, see `find_bottleneck`
    ("family", Family),
    ("rewrites", List[Applied]),
])


def read(path: str, labels: Optional[str], input_layer: Optional[str] = None, output_layer: Optional[str] = None,
         allow_ops: Sequence[str] = (), keep: Sequence[str] = ()) -> Reading:
    """Read a frozen graph, refuse what reaches outside it, and rewrite it.

    Args:
        path: str.
        labels: str, the labels file; None looks beside the graph, and numbers the classes if there is none.
        input_layer: str, the user's choice; None finds it.
        output_layer: str, the user's choice; None finds it.
        allow_ops: ops that may reach outside, or be unknown.
        keep: rewrites not to do.

    Raises:
        BadInput: the file is no graph, its ops are refused, its roles cannot be told, or the labels do not fit.
    """
    original = read_graph(path, tf.compat.v1.GraphDef(), "GRAPH")
    refuse(scan(original) + unknown_ops(original, is_known), allow_ops, path)
    roles = find_roles(original, input_layer, output_layer)
    rewritten, applied = apply_rewrites(original, roles, keep)
    classes = count_classes(rewritten, roles)
    return Reading(path, original, rewritten, roles, classes, _labels(path, labels, classes),
                   find_bottleneck(rewritten, roles.output_layer), find_family(original, roles.input_size), applied)


def is_known(op: str) -> bool:
    """Whether this TensorFlow has an op of that name."""
    return hasattr(tf.raw_ops, op)


def count_classes(graph_def: Any, roles: Roles) -> int:
    """Classes, from the shape that the output has when the graph is imported.

    Raises:
        BadInput: the output's last axis is not known.
    """
    try:
        with tf.Graph().as_default():
            output = tf.graph_util.import_graph_def(graph_def, name="", return_elements=[roles.output_layer + ":0"])[0]
    except (ValueError, TypeError, tf.errors.OpError) as error:
        raise BadInput("GRAPH: TensorFlow cannot read it: %s; is the file whole?" % str(error).split("\n")[0][:200])
    if output.shape.rank is None or not output.shape[-1]:
        raise BadInput("--output_layer: '%s' does not say how many classes it has; name another node"
                       % roles.output_layer)
    return int(output.shape[-1])


def _labels(path: str, given: Optional[str], classes: int) -> List[str]:
    if given is None:
        try:
            given = labels_beside(path)
        except BadInput:
            return ["class %d" % number for number in range(classes)]
    return read_labels(given, classes)


def find_bottleneck(graph_def: Any, output: str) -> str:
    """The node that gives the pretrained network's features, in the order of what is surest.

    What the last matrix product takes, in a retrained graph; what the softmax takes, in a pretrained one; the
    output itself, in one without a softmax.
    """
    nodes = {node.name: node for node in graph_def.node}
    above = ancestors(nodes, output)
    for op in ("MatMul", "Softmax"):
        for name in above:
            if nodes[name].op == op:
                source = node_name(nodes[name].input[0])
                while nodes[source].op == "Identity":
                    source = node_name(nodes[source].input[0])
                return source
    return output


def session_answers(graph_def: Any, feed: str, fetch: str, images: np.ndarray, one_by_one: bool) -> np.ndarray:
    """What a v1 Session answers: float32 [N, C] for normalised images float32 [N, S, S, 3].

    Args:
        graph_def: a GraphDef message.
        feed: str, input node.
        fetch: str, output node.
        images: float32 [N, S, S, 3].
        one_by_one: bool, whether to run image by image, as a graph frozen for one must be.
    """
    with tf.Graph().as_default():
        entry, output = tf.graph_util.import_graph_def(graph_def, return_elements=[feed + ":0", fetch + ":0"])
        with tf.compat.v1.Session() as session:
            groups = [image[np.newaxis] for image in images] if one_by_one else [images]
            rows = [session.run(output, {entry: group}) for group in groups]
    return np.concatenate([row.reshape(-1, row.shape[-1]) for row in rows])

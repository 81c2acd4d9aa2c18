"""Run the original network in a v1 Session, the reference of every port."""

from typing import Any, Dict, List, Optional

import numpy as np

from poets.migrate.graphs.rewrites.dropout import without_dropout
from poets.migrate.graphs.roles import find_bottleneck
from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.port.reading.sources import restored_session
from poets.migrate.tensorflow_library.version2 import tf


class Original:
    """The original in a v1 Session, run image by image, because it may be frozen for a batch of one.

    Variables are restored by the original's own Saver. Only dropout is removed, because its output is random. A context
    manager, which closes the Session.
    """

    def __init__(self, reading: Reading) -> None:
        self._roles = reading.roles
        variables = reading.source.variables
        graph_def = variables.graph_def if variables else reading.original
        if any(applied.name == "dropout" for applied in reading.rewrites):
            graph_def, _ = without_dropout(graph_def)
        self._fed = _fed_in(graph_def, reading.roles.fed)
        self._features = find_bottleneck(graph_def, reading.roles.output_layer)
        if variables is None:
            self._session = session_of(graph_def)
        else:
            self._session = restored_session(variables._replace(graph_def=graph_def))

    def __enter__(self) -> "Original":
        return self

    def __exit__(self, *error: Any) -> None:
        self._session.close()

    def answers(self, images: np.ndarray) -> np.ndarray:
        """Probabilities, float32 [N, C], of normalised images float32 [N, H, W, C].

        The last step to them is taken here if the graph leaves it to its caller.
        """
        roles = self._roles
        ends = (roles.input_layer, roles.output_layer)
        rows = one_by_one(self._session, *ends, roles.preprocessing.feed(images), self._fed)
        return activated(rows, roles.activation)

    def answers_of_another(self, images: np.ndarray) -> Optional[np.ndarray]:
        """The same of another network: the last layer takes the features in reverse order; None if there is no layer.

        That is the network whose last weights have their rows in reverse order.
        """
        roles = self._roles
        if self._features == roles.output_layer:
            return None
        ends = (roles.input_layer, self._features)
        features = each_of(self._session, *ends, roles.preprocessing.feed(images), self._fed)
        turned = [{self._features + ":0": value[..., ::-1]} for value in features]
        rows = [self._session.run(roles.output_layer + ":0", dict(self._fed, **fed)) for fed in turned]
        return activated(np.concatenate([row.reshape(-1, row.shape[-1])[:1] for row in rows]), roles.activation)


def original_answers(reading: Reading, images: np.ndarray) -> np.ndarray:
    """The original's probabilities, float32 [N, C], for normalised images float32 [N, H, W, C]."""
    with Original(reading) as original:
        return original.answers(images)


def activated(rows: np.ndarray, activation: str) -> np.ndarray:
    """Probabilities, float32 [N, C], of what a graph ends in: see `Roles.activation`."""
    if activation == "softmax":
        shifted = np.exp((rows - rows.max(axis=1, keepdims=True)).astype(np.float64))
        return (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
    return np.concatenate([np.float32(1) - rows, rows], axis=1) if activation == "pair" else rows


def session_of(graph_def: Any) -> Any:
    """A v1 Session with a graph. The caller closes it."""
    graph = tf.Graph()
    with graph.as_default():
        tf.graph_util.import_graph_def(graph_def, name="")
        return tf.compat.v1.Session(graph=graph)


def batch_of(session: Any, feed: str) -> int:
    """How many images a graph takes at a time: a queue may give 32, most take one or any number."""
    declared = session.graph.get_tensor_by_name(feed + ":0").shape
    return int((declared.as_list()[0] if declared.rank else None) or 1)


def each_of(session: Any, feed: str, fetch: str, images: np.ndarray, fed: Dict[str, Any]) -> List[np.ndarray]:
    """What a node gives for each image, fed alone or as often as the graph takes images at a time.

    Args:
        session: a v1 Session.
        feed: str, input node.
        fetch: str, output node.
        images: [N, ...].
        fed: tensor -> what else the graph wants in inference.
    """
    count = batch_of(session, feed)
    return [session.run(fetch + ":0", dict(fed, **{feed + ":0": np.stack([image] * count)})) for image in images]


def one_by_one(session: Any, feed: str, fetch: str, images: np.ndarray, fed: Dict[str, Any]) -> np.ndarray:
    """float32 [N, C], image by image; the arguments are those of `each_of`."""
    rows = [found.reshape(-1, found.shape[-1]) for found in each_of(session, feed, fetch, images, fed)]
    return np.concatenate([row[:1] for row in rows] if batch_of(session, feed) > 1 else rows)


def _fed_in(graph_def: Any, fed: Dict[str, float]) -> Dict[str, Any]:
    there = {node.name for node in graph_def.node}
    return {name + ":0": value for name, value in fed.items() if name in there}


def session_answers(
    graph_def: Any,
    feed: str,
    fetch: str,
    images: np.ndarray,
    one_at_a_time: bool,
    fed: Optional[Dict[str, float]] = None,
) -> np.ndarray:
    """Run a graph in a v1 Session: float32 [N, C] for what its input takes, such as normalised images.

    Args:
        graph_def: a GraphDef message.
        feed: str, input node.
        fetch: str, output node.
        images: [N, ...].
        one_at_a_time: bool, whether to run image by image, as a graph frozen for one must be.
        fed: node -> what else is fed.
    """
    with session_of(graph_def) as session:
        if one_at_a_time:
            return one_by_one(session, feed, fetch, images, _fed_in(graph_def, fed or {}))
        found = session.run(fetch + ":0", {feed + ":0": images})
    return np.asarray(found.reshape(-1, found.shape[-1]))

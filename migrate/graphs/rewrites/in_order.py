"""The rewrites that make an old graph run in TensorFlow 2, in order, each with its reason."""

from typing import Any, Callable, Dict, List, NamedTuple, Sequence, Tuple

from poets.migrate.graphs.rewrites.cleaning import without_bottleneck_placeholders, without_check_numerics
from poets.migrate.graphs.rewrites.dequantize import without_dequantize
from poets.migrate.graphs.rewrites.dropout import without_dropout
from poets.migrate.graphs.rewrites.ends import answering, settled, taking_pixels
from poets.migrate.graphs.rewrites.learning_phase import without_learning_phase
from poets.migrate.graphs.rewrites.rules import between, modern_batch_norm, reshapes_to_any_batch
from poets.migrate.graphs.roles import Roles
from poets.migrate.task.errors import BadInput


class Rewrite(NamedTuple):
    name: str
    """Stable name, for `--keep`."""
    reason: str
    """Why the graph is changed, in words."""
    apply: Callable[[Any, Roles], Tuple[Any, List[str]]]
    """GraphDef, Roles -> GraphDef, names changed."""
    tolerance: float
    """How much a probability may change: 0, or more if arithmetic is reordered."""


class Applied(NamedTuple):
    name: str
    """Name of the Rewrite."""
    reason: str
    """Why the graph was changed, in words."""
    count: int  # type: ignore[assignment]  # shadows tuple.count
    """Number of nodes that were removed or changed."""
    nodes: List[str]
    """Their names."""
    tolerance: float
    """How much a probability may change, as in the Rewrite."""


def _cut(graph_def: Any, roles: Roles) -> Tuple[Any, List[str]]:
    cut = between(graph_def, roles.input_layer, roles.output_layer)
    left = {node.name for node in cut.node}
    return cut, [node.name for node in graph_def.node if node.name not in left]


def _settle_phase(graph_def: Any, roles: Roles) -> Tuple[Any, List[str]]:
    settled, changed = without_learning_phase(graph_def)
    return between(settled, roles.input_layer, roles.output_layer) if changed else graph_def, changed


def _free_batch(graph_def: Any, roles: Roles) -> Tuple[Any, List[str]]:
    """The placeholder becomes [None, H, W, C], and reshapes to [1, B] become [-1, B]."""
    copy, changed = reshapes_to_any_batch(graph_def)
    given = roles.preprocessing
    for node in copy.node:
        if node.name == roles.input_layer:
            shape = node.attr["shape"].shape
            sizes = [int(dim.size) for dim in shape.dim]
            wanted = [-1, given.height, given.width, given.depth]
            if sizes != wanted:
                shape.Clear()
                for size in wanted:
                    shape.dim.add().size = size
                changed = changed + [node.name]
    return copy, changed


REWRITES: Tuple[Rewrite, ...] = (
    Rewrite(
        "cut",
        "nodes before the image input or beside the output (decoding, losses, gradients) are not needed",
        _cut,
        0.0,
    ),
    Rewrite(
        "learning_phase",
        "a switch between training and inference was left in; only the inference branch is kept",
        _settle_phase,
        2e-5,
    ),  # TensorFlow then folds constants that it does not fold inside a branch: 3.4e-6 was measured
    Rewrite(
        "dropout",
        "training dropout was frozen in: two runs on one photo differed",
        lambda graph_def, roles: without_dropout(graph_def),
        0.0,
    ),
    Rewrite(
        "settled",
        "something besides pictures had to be fed (how much a dropout keeps, whether it trains); it is a constant now",
        settled,
        0.0,
    ),
    Rewrite(
        "check_numerics",
        "a check that stops the run, and that other nodes wait for, is not needed in serving",
        lambda graph_def, roles: without_check_numerics(graph_def),
        0.0,
    ),
    Rewrite(
        "bottleneck_placeholder",
        "cached bottlenecks were fed here in training; nothing feeds it now",
        lambda graph_def, roles: without_bottleneck_placeholders(graph_def),
        0.0,
    ),
    Rewrite(
        "batch_norm",
        "BatchNormWithGlobalNormalization was removed at GraphDef version 9: TensorFlow 2 refuses it",
        lambda graph_def, roles: modern_batch_norm(graph_def),
        1e-6,
    ),
    Rewrite(
        "dequantize",
        "8-bit weights were converted to float at every run; now they are stored as float, and the file is larger",
        lambda graph_def, roles: without_dequantize(graph_def),
        0.0,
    ),
    Rewrite(
        "pixels",
        "pictures were taken as bytes, as rows of numbers or with their channels first; now as float32 [N, H, W, C]",
        taking_pixels,
        0.0,
    ),
    Rewrite(
        "any_batch",
        "the graph was frozen for one image at a time, or without an input shape",
        _free_batch,
        0.0,
    ),
    Rewrite(
        "probabilities",
        "the graph ended in logits, or in the one Sigmoid of two classes; now it ends in a probability per class",
        answering,
        1e-6,
    ),
)


def apply_rewrites(graph_def: Any, roles: Roles, keep: Sequence[str] = ()) -> Tuple[Any, List[Applied]]:
    """Rewrite a graph; returns (a new GraphDef, the rewrites that changed something).

    Args:
        graph_def: a GraphDef message; it is not modified.
        roles: from `find_roles`.
        keep: names of rewrites to skip.

    Raises:
        BadInput: a name in ``keep`` is not a rewrite.
    """
    known: Dict[str, Rewrite] = {rewrite.name: rewrite for rewrite in REWRITES}
    for name in keep:
        if name not in known:
            raise BadInput(f"--keep: no rewrite '{name}'; there are {', '.join(known)}")
    done = []
    for rewrite in REWRITES:
        if rewrite.name in keep:
            continue
        graph_def, changed = rewrite.apply(graph_def, roles)
        if changed:
            done.append(Applied(rewrite.name, rewrite.reason, len(changed), changed, rewrite.tolerance))
    return graph_def, done

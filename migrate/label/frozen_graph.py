"""A frozen graph made ready to label photos: any TF1 program that imports it needs no more than a Session."""

from typing import Any, Dict, List, NamedTuple, Optional

from poets.migrate.gate.graph_ops import refuse_outside_ops
from poets.migrate.graphs.graph_file import read_graph
from poets.migrate.graphs.rewrites.ends import from_pixels_to_probabilities
from poets.migrate.graphs.rewrites.rules import any_batch, takes_batches
from poets.migrate.graphs.roles import find_roles
from poets.migrate.task.errors import BadInput
from poets.migrate.task.labelling.labels import ModelOptions
from poets.migrate.task.photos.preprocessing import Preprocessing, with_given


class LabellingGraph(NamedTuple):
    graph_def: Any
    """Takes normalised pixels alone, and gives probabilities."""
    ends: List[str]
    """Names of its input tensor, float32 [N, height, width, 3 or 1], and of its output tensor, float32 [N, C]."""
    batches: bool
    """False if it accepts only one image at a time."""
    given: Preprocessing
    """What becomes of a photo before it."""
    classes: Optional[int]
    """C; None if unknown."""
    nodes: Dict[str, str]
    """Names of the original input and output nodes, by the flags that choose them."""


def labelling_graph(graph_def: Any, options: ModelOptions) -> LabellingGraph:
    """Read the frozen graph of the options into ``graph_def``, an empty GraphDef message, and find its ends.

    Raises:
        BadInput: not a frozen graph, it could act outside itself, or its input or output cannot be determined.
    """
    read_graph(options.graph, graph_def)
    refuse_outside_ops(graph_def, options.allow_ops, options.graph)
    sides = (options.input_height, options.input_width)
    roles = find_roles(graph_def, options.input_layer, options.output_layer, sides)
    given = with_given(roles.preprocessing, options)
    whole = from_pixels_to_probabilities(graph_def, roles._replace(preprocessing=given))
    batches = takes_batches(whole, roles.input_layer, roles.answer_layer)
    return LabellingGraph(
        any_batch(whole, roles.input_layer) if batches else whole,
        [roles.input_layer + ":0", roles.answer_layer + ":0"],
        batches,
        given,
        roles.classes,
        {"input_layer": roles.input_layer, "output_layer": roles.output_layer},
    )


def unreadable_graph(path: str, tensorflow: str, error: Exception) -> BadInput:
    """The error for a graph that a version of TensorFlow does not import."""
    reason = str(error).split("\n")[0][:200]
    return BadInput(f"--graph: TensorFlow {tensorflow} cannot read {path}: {reason}")

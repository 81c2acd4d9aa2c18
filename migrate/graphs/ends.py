"""Where a classifier begins and ends in its graph: its first and last layers, and what of the graph answers at all."""

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from poets.migrate.graphs.edges import ancestors, attr_of, downstream, node_name

LAYERS = ("Conv2D", "DepthwiseConv2dNative", "MatMul", "BatchMatMul", "BatchMatMulV2", "QuantizedConv2D")
SCORES = ("Softmax", "Sigmoid")
# What a layer's numbers pass through on their way to an answer.
AFTER_LAYER: Tuple[str, ...] = (
    "BiasAdd",
    "Add",
    "AddV2",
    "Identity",
    "Reshape",
    "Squeeze",
    "Mul",
    "RealDiv",
    "Sub",
    "Cast",
    "Mean",
)
AFTER_LAYER += ("AvgPool", "MaxPool", "Relu", "Relu6", "Elu", "Tanh", "FusedBatchNorm", "FusedBatchNormV3")
AFTER_LAYER += ("BatchNormWithGlobalNormalization", "CheckNumerics")
QUEUES = ("QueueDequeueV2", "QueueDequeue", "QueueDequeueManyV2", "QueueDequeueUpToV2", "IteratorGetNext")
DECODERS = ("DecodeJpeg", "DecodePng", "DecodeImage", "DecodeBmp", "DecodeGif", "DecodeAndCropJpeg")
SOURCES = ("Placeholder",) + QUEUES + DECODERS
# Answers about answers: losses, measures of success, the predicted class's number, training and its record.
_JUDGING = ("ArgMax", "InTopK", "InTopKV2", "TopK", "TopKV2", "L2Loss", "MergeSummary", "IsVariableInitialized")
_JUDGING_ENDS = ("CrossEntropyWithLogits", "Grad", "GradV2", "GradV3", "Summary", "SummaryV2", "BackpropInput")


class Ends(NamedTuple):
    consumers: Dict[str, List[str]]
    """node -> the nodes that take its output."""
    live: Set[str]
    """The nodes that lie on the way from an input to an answer."""


def find_ends(nodes: Dict[str, Any]) -> Ends:
    """Which nodes compute answers, not losses, gradients or measures of them."""
    consumers: Dict[str, List[str]] = {}
    for node in nodes.values():
        for edge in node.input:
            if not edge.startswith("^"):
                consumers.setdefault(node_name(edge), []).append(node.name)
    sources = [name for name, node in nodes.items() if node.op in SOURCES]
    reached: Dict[str, Set[str]] = {}  # node -> the sources with more than one number that it depends on
    live: Set[str] = set()
    for source in sources:
        wide = scalar_value(nodes, consumers, source) is None
        for name in downstream(consumers, [source]):
            live.add(name)
            if wide:
                reached.setdefault(name, set()).add(source)
    # a node with photos and labels above it is a loss; a queue gives both by one node
    judging = set(downstream(consumers, [name for name, node in nodes.items() if _judges(node.op)]))
    return Ends(consumers, {name for name in live - judging if len(reached.get(name, ())) < 2})


def _judges(op: str) -> bool:
    return op in _JUDGING or op.endswith(_JUDGING_ENDS) or op.startswith(("Apply", "Resource", "Assign", "Save"))


KEEPS = ("keep_prob", "keep_probability", "keepprob", "keep_rate", "keep", "dropout_keep_prob", "kp")
RATES = ("dropout_rate", "drop_rate", "drop_prob", "rate")
BOOL, FLOATS, INTEGERS = 10, (1, 2, 19), (3, 9)  # DataType in TensorFlow's types.proto
PHASES = ("learning_phase", "is_training", "phase_train", "training", "is_train", "train_phase", "phase", "istrain")


def scalar_value(nodes: Dict[str, Any], consumers: Dict[str, List[str]], name: str) -> Optional[float]:
    """What a placeholder that is no photo is fed in inference; None for any other. Its name or its use tells.

    1 keeps all of a dropout's input; 0 is a rate of dropout, and no training.
    """
    node = nodes[name]
    last = _last_part(name)
    kind = attr_of(node, "dtype").type
    if node.op != "Placeholder" or len(attr_of(node, "shape").shape.dim):
        return None
    if kind == BOOL:
        return 0.0 if is_phase(name) else None
    if kind not in FLOATS + INTEGERS:
        return None
    if last.endswith(KEEPS) or (last == "dropout" and kind in FLOATS):
        return 1.0
    if last.endswith(RATES) or last.endswith(PHASES):
        return 0.0
    return _of_dropout(nodes, consumers, name)


def is_phase(name: str) -> bool:
    """Whether a truth value of this name says that the network trains."""
    return _last_part(name).endswith(PHASES + ("train",))


def _last_part(name: str) -> str:
    return name.split("/")[-1].lower().rstrip("0123456789_")


def _of_dropout(nodes: Dict[str, Any], consumers: Dict[str, List[str]], name: str) -> Optional[float]:
    """The value of a placeholder that dropout takes: a rate is compared with random numbers, a share kept is not."""
    following = consumers.get(name, [])
    further = following + [one for near in following for one in consumers.get(near, [])]
    if any("dropout" in one.lower() for one in further):
        return 0.0 if any(nodes[one].op == "GreaterEqual" for one in following) else 1.0
    return None


def first_layers(nodes: Dict[str, Any], ends: Ends, output: str) -> List[str]:
    """The layers above ``output`` that have no layer above them in what they multiply."""
    layers = [name for name in ancestors(nodes, output) if nodes[name].op in LAYERS and nodes[name].input]
    behind = set(downstream(ends.consumers, layers))
    return [name for name in layers if node_name(nodes[name].input[0]) not in behind]


def last_layers(nodes: Dict[str, Any], ends: Ends) -> List[str]:
    """The layers on the way to an answer after which no other such layer comes, in the graph's order."""
    layers = [name for name, node in nodes.items() if node.op in LAYERS and name in ends.live]
    before = set(ancestors(nodes, *[node_name(nodes[name].input[0]) for name in layers]))
    return [name for name in layers if name not in before]


def answer_of(nodes: Dict[str, Any], ends: Ends, layer: str) -> str:
    """The answer that a last layer leads to: its Softmax or Sigmoid, else the last node that only passes it on."""
    name, scored, last = layer, None, layer
    while True:
        following = [one for one in ends.consumers.get(name, []) if one in ends.live]
        scores = [one for one in following if nodes[one].op in SCORES]
        passing = [one for one in following if nodes[one].op in AFTER_LAYER]
        following = scores or passing
        if not following:
            return scored or last
        name = last = following[0]
        if nodes[name].op in SCORES:
            scored = name


def without_side_heads(names: Sequence[str]) -> List[str]:
    """Without the answers of auxiliary classifiers, which only help in training; all if there is nothing else."""
    return [name for name in names if "aux" not in name.lower()] or list(names)

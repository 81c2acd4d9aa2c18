"""The types of nodes' inputs and outputs. TensorFlow refuses a graph in which they do not fit."""

from typing import Any, Dict, List

from poets.migrate.graphs.shapes.node_view import INTEGERS
from poets.migrate.graphs.shapes.partial_shapes import require

TYPES = {"float": 1, "uint8": 4, "int32": 3, "string": 7, "bool": 10}  # numbers of types.proto
# Attributes that say which integers an index or a shape is made of, and what they are where an older graph lacks them.
INDEX_TYPES = {
    "Index": 0,
    "Taxis": 0,
    "Tblock_shape": 3,
    "Tcrops": 3,
    "Tdim": 3,
    "Tidx": 3,
    "Tindices": 0,
    "Tmultiples": 3,
    "Tpaddings": 3,
    "Tperm": 3,
    "Tshape": 3,
    "index_type": 3,
    "out_type": 3,
    "output_type": 9,
}
# Other types with a default.
DEFAULTS = {("DecodePng", "dtype"): 4, ("Dequantize", "dtype"): 1, ("LRN", "T"): 1, ("LeakyRelu", "T"): 1}

PLAIN = "T... > T..."  # an op that is not in the table: all inputs and outputs are of type T
# Op -> types of its inputs > types of its outputs: an attribute or a type; `...` is for any number of them.
SIGNATURES = {
    "All": "bool Tidx > bool",
    "Any": "bool Tidx > bool",
    "ArgMax": "T Tidx > output_type",
    "ArgMin": "T Tidx > output_type",
    "BatchToSpaceND": "T Tblock_shape Tcrops > T",
    "Cast": "SrcT > DstT",
    "Concat": "int32 T... > T",
    "ConcatV2": "T... Tidx > T",
    "Const": "> dtype",
    "DecodeJpeg": "string > uint8",
    "DecodePng": "string > dtype",
    "Dequantize": "T float float > dtype",
    "Equal": "T T > bool",
    "ExpandDims": "T Tdim > T",
    "FakeQuantWithMinMaxArgs": "float > float",
    "FakeQuantWithMinMaxVars": "float float float > float",
    "Fill": "index_type T > T",
    "FusedBatchNormV2": "T U U U U > T U...",
    "FusedBatchNormV3": "T U U U U > T U...",
    "Gather": "Tparams Tindices > Tparams",
    "GatherV2": "Tparams Tindices Taxis > Tparams",
    "Greater": "T T > bool",
    "GreaterEqual": "T T > bool",
    "Less": "T T > bool",
    "LessEqual": "T T > bool",
    "LogicalAnd": "bool bool > bool",
    "LogicalNot": "bool > bool",
    "LogicalOr": "bool bool > bool",
    "Max": "T Tidx > T",
    "Mean": "T Tidx > T",
    "Merge": "T... > T int32",
    "Min": "T Tidx > T",
    "MirrorPad": "T Tpaddings > T",
    "NoOp": ">",
    "NotEqual": "T T > bool",
    "Pad": "T Tpaddings > T",
    "PadV2": "T Tpaddings T > T",
    "Placeholder": "> dtype",
    "PlaceholderV2": "> dtype",
    "PlaceholderWithDefault": "dtype > dtype",
    "Prod": "T Tidx > T",
    "QuantizeV2": "float float float > T float float",
    "RandomStandardNormal": "T > dtype",
    "RandomUniform": "T > dtype",
    "Range": "Tidx Tidx Tidx > Tidx",
    "Rank": "T > int32",
    "Reshape": "T Tshape > T",
    "ResizeArea": "T int32 > float",
    "ResizeBicubic": "T int32 > float",
    "ResizeBilinear": "T int32 > float",
    "ResizeNearestNeighbor": "T int32 > T",
    "Select": "bool T T > T",
    "SelectV2": "bool T T > T",
    "Shape": "T > out_type",
    "Size": "T > out_type",
    "Slice": "T Index Index > T",
    "SpaceToBatchND": "T Tblock_shape Tpaddings > T",
    "Split": "int32 T > T...",
    "StridedSlice": "T Index Index Index > T",
    "Sum": "T Tidx > T",
    "Switch": "T bool > T T",
    "Tile": "T Tmultiples > T",
    "Transpose": "T Tperm > T",
    "TruncatedNormal": "T > dtype",
}


def output_types(node: Any, inputs: List[int], outputs: int) -> List[int]:
    """The types of a node's outputs, as numbers of types.proto.

    Args:
        node: a NodeDef message; it is not modified.
        inputs: types of its data inputs.
        outputs: the number of its outputs.

    Raises:
        NotInferred: an input has another type, there are fewer or more inputs, or an attribute is missing.
    """
    taken, given = SIGNATURES.get(node.op, PLAIN).split(">")
    require(_types(node, taken.split(), len(inputs)) == inputs)
    return _types(node, given.split(), outputs)


def _types(node: Any, words: List[str], count: int) -> List[int]:
    names: List[str] = []
    for word in words:
        names += [word[:-3]] * (count - len(words) + 1) if word.endswith("...") else [word]
    require(len(names) == count)
    found: Dict[str, int] = {name: _type(node, name) for name in set(names)}
    return [found[name] for name in names]


def _type(node: Any, name: str) -> int:
    if name in TYPES:
        return TYPES[name]
    given = node.attr[name].type if name in node.attr else DEFAULTS.get((node.op, name), INDEX_TYPES.get(name, 0))
    require(given in INTEGERS if name in INDEX_TYPES else given != 0)
    return int(given)

"""Shapes after a network's layers: convolutions, pooling, matrix products, normalizations, resizing."""

from typing import List, Sequence, Tuple

from poets.migrate.graphs.shapes.node_view import NodeView, Rules
from poets.migrate.graphs.shapes.partial_shapes import UNKNOWN, Shape, merged, of_rank, product, require, same_size

LAST_WITH_OLD_NORM = 8  # GraphDef version: the later ones may not hold BatchNormWithGlobalNormalization


def _axes(view: NodeView) -> Tuple[int, int, int]:
    """The axes of rows, columns and channels."""
    layout = view.text("data_format", "NHWC")
    require(layout in ("NHWC", "NCHW"))
    return (1, 2, 3) if layout == "NHWC" else (2, 3, 1)


def _four(numbers: Sequence[int], axes: Tuple[int, int, int]) -> Tuple[int, int]:
    """Of four numbers, one per axis, those of rows and columns; the others must be 1."""
    require(len(numbers) == 4 and numbers[0] == numbers[axes[2]] == 1 and min(numbers) >= 1)
    return numbers[axes[0]], numbers[axes[1]]


def windowed(size: int, window: int, stride: int, padding: str, around: Tuple[int, int] = (0, 0)) -> int:
    """The number of places of a window; ``around`` are the rows or columns that EXPLICIT padding adds.

    Raises:
        NotInferred: the window is larger than what it slides over.
    """
    require(padding in ("SAME", "VALID", "EXPLICIT"))
    if UNKNOWN in (size, window):
        return -(-size // stride) if padding == "SAME" and size != UNKNOWN else UNKNOWN
    if padding == "SAME":
        return -(-size // stride)
    left = size + sum(around) - window + stride
    require(left >= 0)
    return left // stride


def _slid(view: NodeView, windows: Sequence[int], channels: int, dilations: Sequence[int] = (1, 1)) -> List[Shape]:
    """The output of windows that slide over the first input, with ``channels`` channels."""
    axes = _axes(view)
    sizes = list(of_rank(view.inputs[0], 4))
    padding = view.text("padding")
    strides = _four(view.integers("strides"), axes)
    explicit = view.integers("explicit_paddings", [])
    require(len(explicit) == (8 if padding == "EXPLICIT" else 0) and min(explicit + [0]) >= 0)
    for axis, window, stride, dilation in zip(axes, windows, strides, dilations):
        around = (explicit[2 * axis], explicit[2 * axis + 1]) if explicit else (0, 0)
        wide = window if UNKNOWN == window else (window - 1) * dilation + 1
        sizes[axis] = windowed(sizes[axis], wide, stride, padding, around)
    sizes[axes[2]] = channels
    return [tuple(sizes)]


def conv2d(view: NodeView) -> List[Shape]:
    """Conv2D: images [N, H, W, C] or [N, C, H, W], kernel [h, w, C / groups, C']."""
    axes = _axes(view)
    images, kernel = of_rank(view.inputs[0], 4), of_rank(view.inputs[1], 4)
    channels = images[axes[2]]
    if UNKNOWN not in (channels, kernel[2]):
        require(kernel[2] > 0 and channels % kernel[2] == 0)
        groups = channels // kernel[2]
        require(groups > 0 and (kernel[3] == UNKNOWN or kernel[3] % groups == 0))
    return _slid(view, kernel[:2], kernel[3], _four(view.integers("dilations", [1, 1, 1, 1]), axes))


def depthwise_conv2d(view: NodeView) -> List[Shape]:
    """DepthwiseConv2dNative: kernel [h, w, C, multiplier]."""
    axes = _axes(view)
    images, kernel = of_rank(view.inputs[0], 4), of_rank(view.inputs[1], 4)
    require(view.integers("dilations", [1, 1, 1, 1]) == [1, 1, 1, 1])
    channels = same_size(images[axes[2]], kernel[2])
    return _slid(view, kernel[:2], product([channels, kernel[3]]))


def pool(view: NodeView) -> List[Shape]:
    """AvgPool, MaxPool."""
    axes = _axes(view)
    return _slid(view, _four(view.integers("ksize"), axes), of_rank(view.inputs[0], 4)[axes[2]])


def mat_mul(view: NodeView) -> List[Shape]:
    """MatMul: [N, A] by [A, B], either of them transposed."""
    one, other = of_rank(view.inputs[0], 2), of_rank(view.inputs[1], 2)
    rows, inner = reversed(one) if view.flag("transpose_a") else one
    inner_too, columns = reversed(other) if view.flag("transpose_b") else other
    same_size(inner, inner_too)
    return [(rows, columns)]


def bias_add(view: NodeView) -> List[Shape]:
    """BiasAdd: one number per channel."""
    values, (width,) = view.inputs[0], of_rank(view.inputs[1], 1)
    if values is None:
        return [None]
    layout = view.text("data_format", "NHWC")
    require(len(values) >= (3 if layout == "NCHW" else 2) and layout in ("NHWC", "NCHW"))
    axis = 1 if layout == "NCHW" else len(values) - 1
    return [values[:axis] + (same_size(values[axis], width),) + values[axis + 1 :]]


def _normed(view: NodeView, axis: int, per_channel: Sequence[Shape]) -> Tuple[Shape, int]:
    sizes = list(of_rank(view.inputs[0], 4))
    for shape in per_channel:
        sizes[axis] = same_size(sizes[axis], of_rank(shape, 1)[0])
    return tuple(sizes), sizes[axis]


def fused_batch_norm(view: NodeView) -> List[Shape]:
    """FusedBatchNorm and its later versions: the images, and four vectors of statistics."""
    require(len(view.inputs) == 5)
    used = view.inputs[1:3] if view.flag("is_training", True) else view.inputs[1:]
    images, channels = _normed(view, _axes(view)[2], used)
    return [images] + [(channels,)] * 4


def old_batch_norm(view: NodeView) -> List[Shape]:
    """BatchNormWithGlobalNormalization of the 2015 Inception."""
    require(len(view.inputs) == 5 and view.producer <= LAST_WITH_OLD_NORM)
    return [_normed(view, 3, view.inputs[1:])[0]]


def local_response_norm(view: NodeView) -> List[Shape]:
    """LRN: [N, H, W, C], unchanged."""
    return [of_rank(view.inputs[0], 4)]


def resize(view: NodeView) -> List[Shape]:
    """ResizeBilinear and the like: the second input is [H', W']."""
    batch, _, _, channels = of_rank(view.inputs[0], 4)
    merged(view.inputs[1], (2,))
    numbers = view.numbers(1)
    rows, columns = (UNKNOWN, UNKNOWN) if numbers is None else numbers
    require(numbers is None or min(numbers) >= 0)
    return [(batch, rows, columns, channels)]


RULES: Rules = {
    "AvgPool": pool,
    "BatchNormWithGlobalNormalization": old_batch_norm,
    "BiasAdd": bias_add,
    "Conv2D": conv2d,
    "DepthwiseConv2dNative": depthwise_conv2d,
    "FusedBatchNorm": fused_batch_norm,
    "FusedBatchNormV2": fused_batch_norm,
    "FusedBatchNormV3": fused_batch_norm,
    "LRN": local_response_norm,
    "MatMul": mat_mul,
    "MaxPool": pool,
    "ResizeArea": resize,
    "ResizeBicubic": resize,
    "ResizeBilinear": resize,
    "ResizeNearestNeighbor": resize,
}

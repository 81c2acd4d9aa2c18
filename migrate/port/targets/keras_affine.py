"""Find scale and shift per channel in frozen graphs: biases, and batch norms written out or folded."""

from typing import Any, List, NamedTuple, Optional

import numpy as np

from poets.migrate.port.targets.keras_fold import FoldedNetwork


class Affine(NamedTuple):
    scale: np.ndarray
    """float64 [C] or [1]."""
    shift: np.ndarray
    """float64 [C] or [1]."""


class BatchNorm(NamedTuple):
    gamma: Optional[np.ndarray]
    """float32 [C], like the others; None if the graph has none."""
    beta: Optional[np.ndarray]
    """None if the graph has none."""
    mean: np.ndarray
    """The moving mean, of inference."""
    variance: np.ndarray
    """The moving variance."""
    epsilon: float
    """Added to the variance."""
    nodes: List[str]
    """Its nodes that images flow through."""


ADDING = ("Add", "AddV2", "BiasAdd")
DIVIDING = ("RealDiv", "Div")


def affine_of(network: FoldedNetwork, name: str) -> Optional[Affine]:
    """A node's scale and shift per channel; None if the node does something else."""
    node, sources = network.nodes[name], network.inputs[name]
    if node.op not in ADDING + DIVIDING + ("Sub", "Mul") or len(sources) != 2:
        return None
    at = [number for number, source in enumerate(sources) if source in network.constants]
    if len(at) != 1:
        return None
    value, is_first = network.constants[sources[at[0]]], at == [0]
    channels = network.shapes[name][-1] if network.shapes[name] else 1
    if (
        value.size not in (1, channels)
        or value.size != (value.shape or (1,))[-1]
        or value.ndim > len(network.shapes[name]) + 1
        or network.shapes[sources[1 - at[0]]] != network.shapes[name]
    ):
        return None
    number, one, zero = value.reshape(-1).astype(np.float64), np.ones(1), np.zeros(1)
    if node.op in ADDING:
        return Affine(one, number)
    if node.op == "Mul":
        return Affine(number, zero)
    if node.op == "Sub":
        return Affine(-one, number) if is_first else Affine(one, -number)
    return None if is_first else Affine(1.0 / number, zero)


def run_of(network: FoldedNetwork, first: List[str], after: str) -> List[str]:
    """Combine ``first`` with unshared scales and shifts after node ``after``, up to the next batch norm."""
    names = list(first)
    while len(network.consumers[after]) == 1:
        after = network.consumers[after][0]
        if after not in network.nodes or affine_of(network, after) is None or batch_norm_at(network, after):
            break
        names.append(after)
    return names


def compose(network: FoldedNetwork, names: List[str]) -> Affine:
    """Combine the scales and shifts of consecutive nodes."""
    scale, shift = np.ones(1), np.zeros(1)
    for name in names:
        one = affine_of(network, name)
        assert one is not None, name
        scale, shift = scale * one.scale, shift * one.scale + one.shift
    return Affine(scale, shift)


def batch_norm_at(network: FoldedNetwork, name: str) -> Optional[BatchNorm]:
    """The batch norm that starts at a node, with its own gamma, beta, mean and variance, or None.

    It knows the fused ops, and the form that tf.nn.batch_normalization writes out, x * scale + shift, with scale =
    rsqrt(variance + epsilon) [* gamma] and shift = [beta] - mean * scale. If a tool has already computed scale and
    shift, the four values are lost, and it is no longer a batch norm.
    """
    op = network.nodes[name].op
    if op.startswith("FusedBatchNorm"):
        return _fused(network, name)
    return _written_out(network, name) if op == "Mul" else None


def _fused(network: FoldedNetwork, name: str) -> Optional[BatchNorm]:
    node = network.nodes[name]
    parameters = network.inputs[name][1:5]
    is_training = node.attr["is_training"].b if "is_training" in node.attr else True  # the op's own default
    if is_training or len(parameters) != 4 or any(source not in network.constants for source in parameters):
        return None
    gamma, beta, mean, variance = (network.constants[source] for source in parameters)
    epsilon = node.attr["epsilon"].f if "epsilon" in node.attr else 1e-4
    return BatchNorm(gamma, beta, mean, variance, float(epsilon), [name])


def _written_out(network: FoldedNetwork, name: str) -> Optional[BatchNorm]:
    adds = network.consumers[name]
    scale, shift = _constant_of(network, name), None
    if scale and len(adds) == 1 and adds[0] in network.nodes and network.nodes[adds[0]].op in ("Add", "AddV2"):
        shift = _constant_of(network, adds[0])
    if not scale or not shift or affine_of(network, name) is None or affine_of(network, adds[0]) is None:
        return None
    gamma, rsqrt = None, scale
    if _op(network, scale) == "Mul":
        pair = network.inputs[scale]
        gamma, rsqrt = (pair[1], pair[0]) if _op(network, pair[0]) == "Rsqrt" else (pair[0], pair[1])
    variance = _sum_under_rsqrt(network, rsqrt)
    centre = _mean_and_beta(network, shift, scale)
    if variance is None or centre is None:
        return None
    channels = network.shapes[name][-1:]

    def spread(source: Optional[str]) -> Any:
        return None if source is None else np.broadcast_to(network.constants[source].reshape(-1), channels)

    return BatchNorm(
        spread(gamma), spread(centre[1]), spread(centre[0]), spread(variance[0]), variance[1], [name, adds[0]]
    )


def _constant_of(network: FoldedNetwork, name: str) -> Optional[str]:
    found = [source for source in network.inputs[name] if source in network.constants]
    return found[0] if len(found) == 1 else None


def _op(network: FoldedNetwork, name: str) -> str:
    return network.nodes[name].op


def _sum_under_rsqrt(network: FoldedNetwork, name: str) -> Optional[tuple]:
    """(node of the variance, epsilon) of rsqrt(variance + epsilon), or None."""
    if _op(network, name) != "Rsqrt" or _op(network, network.inputs[name][0]) not in ("Add", "AddV2"):
        return None
    pair = network.inputs[network.inputs[name][0]]
    variance, epsilon = pair if network.constants[pair[1]].size == 1 else (pair[1], pair[0])
    if network.constants[epsilon].size != 1:
        return None
    return variance, float(network.constants[epsilon].reshape(()))


def _mean_and_beta(network: FoldedNetwork, shift: str, scale: str) -> Optional[tuple]:
    """(node of the mean, node of beta or None) of beta - mean * scale or of -mean * scale, or None."""
    op, sources = _op(network, shift), network.inputs[shift]
    if op == "Sub" and _op(network, sources[1]) == "Mul" and scale in network.inputs[sources[1]]:
        return _other(network.inputs[sources[1]], scale), sources[0]
    if op == "Mul" and scale in sources and _op(network, _other(sources, scale)) == "Neg":
        return network.inputs[_other(sources, scale)][0], None
    return None


def _other(pair: List[str], one: str) -> str:
    return pair[1] if pair[0] == one else pair[0]

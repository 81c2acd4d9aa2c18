"""Find the files that an ONNX model takes its weights from: its ops only compute, but its tensors may name any file.

The model is read as the protobuf message that it is, without the package `onnx`, which a labelling machine need not
have. Field numbers: onnx/onnx.proto3 of github.com/onnx/onnx.
"""

import os
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from poets.migrate.gate.graph_ops import OutsideOp, refuse
from poets.migrate.task.errors import BadInput

EXTERNAL = "external_data"  # what --allow_ops calls weights that lie outside the model's folder
TENSOR_NAME, TENSOR_EXTERNAL = 8, 13
KEY, VALUE = 1, 2  # of a StringStringEntryProto
# message -> field -> the message that it holds; all others are numbers, text, or cannot hold a tensor
MESSAGES: Dict[str, Dict[int, str]] = {
    "Model": {7: "Graph", 20: "TrainingInfo", 25: "Function"},
    "TrainingInfo": {1: "Graph", 2: "Graph"},
    "Function": {7: "Node", 11: "Attribute"},
    "Graph": {1: "Node", 5: "Tensor", 15: "SparseTensor"},
    "Node": {5: "Attribute"},
    "Attribute": {5: "Tensor", 6: "Graph", 10: "Tensor", 11: "Graph", 22: "SparseTensor", 23: "SparseTensor"},
    "SparseTensor": {1: "Tensor", 2: "Tensor"},
}
MOST_BYTES = 10  # of a number: protobuf's own limit
Field = Tuple[int, int, int]  # number, start, end


class NotProtobuf(Exception):
    """The bytes are no protobuf message."""


class Weights(NamedTuple):
    tensor: str
    """Name of the tensor."""
    location: str
    """Where its values lie, relative to the model's folder, as the model says."""


def refuse_outside_weights(path: str, allowed: Sequence[str]) -> None:
    """Raise BadInput for an ONNX model with weights outside its own folder, unless ``allowed`` has `EXTERNAL`.

    Raises:
        BadInput: also if weights are missing, or the file is no ONNX model.
    """
    found = weights_of(path)
    refuse(outside_weights(path, found), allowed, path)
    for one in found:
        if not os.path.isfile(_target(path, one.location) or ""):
            raise BadInput(
                f"{path} cannot be run as an ONNX model: the weights of '{one.tensor}' lie in {one.location!r}, which "
                "is no file; copy it beside the model"
            )


def outside_weights(path: str, found: Sequence[Weights]) -> List[OutsideOp]:
    """One finding for all weights that do not lie in the model's folder or below it, links followed."""
    outside = [one for one in found if not _is_inside(path, one.location)]
    places = sorted({one.location for one in outside})
    named = ", ".join(map(repr, places[:3])) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
    why = f"reads {named}, outside the model's folder"
    return [OutsideOp(EXTERNAL, [one.tensor for one in outside], why)] if outside else []


def weights_of(path: str) -> List[Weights]:
    """The tensors of an ONNX model whose values lie in other files, wherever they are: in branches and functions too.

    Raises:
        BadInput: it is no ONNX model.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}")
    try:
        return list(_weights_in(data))
    except NotProtobuf:
        raise BadInput(f"{path} cannot be run as an ONNX model: it is none, or damaged; download the file again")


def _weights_in(data: bytes) -> Iterator[Weights]:
    waiting = [("Model", 0, len(data))]
    while waiting:  # no recursion: graphs may be nested deeply
        message, start, end = waiting.pop()
        if message == "Tensor":
            yield from _weights_of_tensor(data, start, end)
            continue
        below = MESSAGES[message]
        for number, at, until in _fields(data, start, end):
            if number in below:
                waiting.append((below[number], at, until))


def _weights_of_tensor(data: bytes, start: int, end: int) -> Iterator[Weights]:
    name, locations = "", []
    for number, at, until in _fields(data, start, end):
        if number == TENSOR_NAME:
            name = data[at:until].decode("utf-8", "replace")
        elif number == TENSOR_EXTERNAL:
            entry = {key: data[first:last] for key, first, last in _fields(data, at, until)}
            if entry.get(KEY) == b"location":
                locations.append(os.fsdecode(entry.get(VALUE, b"")))
    for location in locations:  # a name may come after it
        yield Weights(name, location)


def _fields(data: bytes, at: int, end: int) -> Iterator[Field]:
    """The fields of a message. What protobuf itself might read otherwise is an error, so that nothing can be hidden."""
    while at < end:
        tag, at = _number(data, at, end)
        kind, start = tag & 7, at
        if kind == 0:
            at = _number(data, at, end)[1]
        elif kind == 2:
            size, start = _number(data, at, end)
            at = start + size
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        else:
            raise NotProtobuf  # groups, which ONNX has none of
        if at > end or not 0 < tag >> 3 < 1 << 29:
            raise NotProtobuf
        if kind == 2:
            yield tag >> 3, start, at


def _number(data: bytes, at: int, end: int) -> Tuple[int, int]:
    """(value, place after it) of a varint."""
    value = 0
    for place in range(MOST_BYTES):
        if at + place >= end:
            break
        byte = data[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise NotProtobuf


def _target(path: str, location: str) -> Optional[str]:
    """The file that a location means, links followed; None if no file can be meant."""
    if not location or "\0" in location:
        return None
    return os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(path)), location))


def _is_inside(path: str, location: str) -> bool:
    target = _target(path, location)
    folder = os.path.realpath(os.path.dirname(os.path.abspath(path)))
    return target is not None and target.startswith(folder.rstrip(os.sep) + os.sep)

"""Find the ops of a TFLite model that TensorFlow itself would run. TFLite's own ops only compute."""

import struct
from typing import List, Sequence

from poets.migrate.gate.graph_ops import OutsideOp, refuse
from poets.migrate.task.errors import BadInput

FLEX = "Flex"  # the prefix of TensorFlow's ops; the op that runs is the one in its options, whatever the name says
FLEX_WHY = "runs an op of TensorFlow, which can act outside the model"
OPERATOR_CODES = 1  # fields of the flatbuffer's tables Model and OperatorCode
CUSTOM_CODE = 1


def refuse_flex_ops(path: str, allowed: Sequence[str]) -> None:
    """Raise BadInput for a TFLite model with ops of TensorFlow, except those in ``allowed``."""
    refuse(flex_ops(path), allowed, path)


def flex_ops(path: str) -> List[OutsideOp]:
    """The ops of a TFLite model that TensorFlow would run; none for another kind of file.

    Raises:
        BadInput: its list of ops is corrupt.
    """
    with open(path, "rb") as file:
        data = file.read()
    if data[4:8] != b"TFL3":  # the interpreter says what it is
        return []
    try:
        names = custom_ops(data)
    except (struct.error, UnicodeDecodeError):
        raise BadInput(f"{path} cannot be run as a TFLite model: its list of ops is corrupt; download the file again")
    return [OutsideOp(name, [name], FLEX_WHY) for name in sorted(set(names)) if name.startswith(FLEX)]


def custom_ops(data: bytes) -> List[str]:
    """The names of the ops of a TFLite model that are not TFLite's own."""
    codes = _field(data, _follow(data, 0), OPERATOR_CODES)
    if not codes:
        return []
    codes = _follow(data, codes)
    names = []
    for place in range(_read(data, "<I", codes)):
        name = _field(data, _follow(data, codes + 4 + 4 * place), CUSTOM_CODE)
        if name:
            start = _follow(data, name)
            names.append(data[start + 4 : start + 4 + _read(data, "<I", start)].decode("utf-8"))
    return names


def _read(data: bytes, kind: str, at: int) -> int:
    if at < 0:
        raise struct.error("negative offset")
    return int(struct.unpack_from(kind, data, at)[0])


def _follow(data: bytes, at: int) -> int:
    return at + _read(data, "<I", at)


def _field(data: bytes, table: int, number: int) -> int:
    """Where a field of a flatbuffer's table lies; 0 if the table lacks it."""
    layout = table - _read(data, "<i", table)
    if 4 + 2 * number >= _read(data, "<H", layout):
        return 0
    offset = _read(data, "<H", layout + 4 + 2 * number)
    return table + offset if offset else 0

"""The names of TensorFlow 1's API that `tensorflow.compat.v1` still has, as measured in tf_names.json.

``python -m poets.migrate.upgrade.program.make_table`` makes the file again.
"""

import json
import pkgutil
from typing import Any, Dict, List, NamedTuple, Optional

THERE = "there"
KERAS_2 = "keras-2"  # with the package tf_keras and TF_USE_LEGACY_KERAS=1 only
GONE = "gone"


class NameState(NamedTuple):
    state: str
    """THERE, KERAS_2 or GONE."""
    name: str
    """The shortest prefix of the name that is missing."""
    was_there: bool
    """Whether TF 1.15 had it."""
    older: bool
    """Whether the older TF 2 of the table still has it."""


_table: Dict[str, Any] = {}


def table() -> Dict[str, Any]:
    """The measured table, read once."""
    if not _table:
        data = pkgutil.get_data("poets.migrate.upgrade.program", "tf_names.json")
        _table.update(json.loads((data or b"").decode("utf-8")))
        for key in ("modules", "keras_2"):
            _table[key] = {module: set(names.split()) for module, names in _table[key].items()}
        _table["public"] = {
            module: dict(pair.split("=") for pair in names.split()) for module, names in _table["public"].items()
        }
    return _table


def canonical(dotted: str) -> Optional[str]:
    """`tf.x` for `tensorflow.x` and `tensorflow.compat.v1.x`; None for names outside version 1's public API."""
    parts = dotted.split(".")
    if parts[0] != "tensorflow":
        return None
    while parts[1:3] == ["compat", "v1"]:
        del parts[1:3]
    if parts[1:2] in (["python"], ["examples"], ["core"], ["tools"], ["compiler"]) or parts[1:3] == ["compat", "v2"]:
        return None
    return ".".join(["tf"] + parts[1:])


def look_up(dotted: str) -> NameState:
    """Look up a dotted name of version 1, for example `tf.contrib.slim.conv2d`."""
    known = table()
    if needs_keras_2(dotted):
        return _state_of(dotted, known["keras_2"], KERAS_2)
    return _state_of(dotted, known["modules"], THERE)


def needs_keras_2(dotted: str) -> bool:
    """Whether the name is in a module that comes from Keras, or is Keras's own."""
    parts = dotted.split(".")
    return any(".".join(parts[:length]) in table()["keras_2"] for length in range(2, len(parts) + 1)) or any(
        ".".join(parts[:length]) in table()["keras_2_names"] for length in range(2, len(parts) + 1)
    )


def _state_of(dotted: str, modules: Dict[str, Any], found: str) -> NameState:
    at, whole = "tf", table()["modules"]
    for part in dotted.split(".")[1:]:
        names = modules.get(at, whole.get(at))
        if names is None:  # a class or function: see lost_member
            break
        below = f"{at}.{part}"
        if (
            part not in names
            and below not in modules
            and below not in table()["keras_2_names"]
            and not part.startswith("_")
        ):
            return NameState(GONE, below, below in table()["removed"], below in table()["removed_later"])
        at = below
    lost = lost_member(dotted)
    if lost:
        return NameState(GONE, lost, True, False)
    return NameState(found, dotted, True, True)


def lost_member(dotted: str) -> Optional[str]:
    """`tf.Class.member` if the class has lost it."""
    parts = dotted.split(".")
    for length in range(2, len(parts)):
        if parts[length] in table()["members"].get(".".join(parts[:length]), ()):
            return ".".join(parts[: length + 1])
    return None


def lost_arguments(dotted: str, given: List[str]) -> List[str]:
    """The named arguments of a call that the function no longer accepts."""
    return [name for name in given if name in table()["arguments"].get(dotted, ())]


def only_in_v2(dotted: str) -> bool:
    """Whether TensorFlow 2 has the name `tf.x` and 1.15 did not."""
    parts = dotted.split(".")
    return any(".".join(parts[:length]) in table()["only_v2"] for length in range(2, len(parts) + 1))


def private(module: str) -> Optional[List[str]]:
    """Names that a `tensorflow.python` module has lost; None if the module is gone or was not measured."""
    found: Optional[List[str]] = table()["private"].get(module)
    return found


def has_lost(module: str) -> bool:
    """Whether anything below a module is gone, or needs Keras 2."""
    return needs_keras_2(module) or any((name + ".").startswith(module + ".") for name in table()["removed"])


def is_package(module: str) -> bool:
    """Whether a `tensorflow.python` module has submodules; the table has its names, but not all of theirs."""
    return any(other.startswith(module + ".") for other in table()["private"])


def only_in_v1(dotted: str) -> bool:
    """Whether TensorFlow 2 has `tf.x` only as `tf.compat.v1.x`."""
    parts = dotted.split(".")
    return any(".".join(parts[:length]) in table()["only_v1"] for length in range(2, len(parts) + 1))


def public_name(dotted: str) -> Optional[str]:
    """The public name, below `tf`, of an object that TF 1.15 also had in a `tensorflow.python` module."""
    module, _, name = dotted.rpartition(".")
    found: Optional[str] = table()["public"].get(module, {}).get(name)
    return found


def versions() -> Dict[str, str]:
    """The TensorFlow versions that the table was measured on: `tf1`, `tf2`, `older`."""
    return {key: table()[key] for key in ("tf1", "tf2", "older")}

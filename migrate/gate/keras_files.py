"""Find what a `.keras` file may do outside itself, from its zip alone: it is read, not loaded.

Keras builds the objects that config.json names. Attacks named a Lambda's bytecode, any importable function
(CVE-2025-1550, CVE-2025-8747), Keras's own switch of its safe mode (CVE-2025-9906), layers that read another file
(CVE-2025-12058), and HDF5 links to other files. So the list says which modules are allowed: those that only compute.
"""

import io
import json
import os
import zipfile
from typing import Any, Iterator, List, Sequence, Tuple

from poets.migrate.gate.graph_ops import OutsideOp, merged, refuse
from poets.migrate.gate.saved_models import outside_ops_of_saved_model, read_saved_model
from poets.migrate.graphs.network_files import SAVED_MODEL
from poets.migrate.task.errors import BadInput

MODULES = (
    "activations constraints dtype_policies initializers layers losses metrics models ops optimizers quantizers random "
    "regularizers"
).split()  # of Keras
FUNCTION_MODULES = "activations constraints initializers losses metrics ops random regularizers".split()
TOP_NAMES = ("DTypePolicy", "KerasTensor", "Model", "Sequential", "Variable")  # of the module `keras` itself
OURS = "HubLayer"  # holds a SavedModel in the file, which is searched too
NEVER = {
    "Lambda": "runs Python bytecode",
    "__lambda__": "runs Python bytecode",
    "TorchModuleWrapper": "unpickles a PyTorch module",
    "FlaxLayer": "runs a module of another library",
    "JaxLayer": "runs a function of another library",
    "TFSMLayer": "loads a SavedModel from elsewhere",
    "__typespec__": "looks a type up by its name",
}
FILE_KEYS = ("vocabulary", "filepath", "file_path", "filename", "fname", "origin", "url")  # where Keras opens a text
OUTSIDE_MODULE = "is not one of Keras's own layers and functions"
FOREIGN_FILE = "reads files"
MAX_MEMBERS = 10000
MAX_BYTES = 4 << 30
MAX_DEPTH = 100  # of groups in an HDF5 file; one that holds itself has no end
MAX_JSON_BYTES = 64 << 20
BOMB = (100 << 20, 200)  # a member larger than this many bytes that was compressed by more than this factor


def refuse_keras_file(path: str, allowed: Sequence[str]) -> None:
    """Read a `.keras` file without loading it.

    Raises:
        BadInput: it could act outside itself, except by ``allowed``; or it is not safe to unpack.
    """
    if not path.endswith(".keras"):  # Keras chooses the format by the name
        raise BadInput(f"--graph: {path} is a zip archive, but its name does not end in .keras; rename it if it is one")
    refuse(outside_parts_of_keras_file(path), allowed, path)


def outside_parts_of_keras_file(path: str) -> List[OutsideOp]:
    """Every object, and op of a SavedModel inside, that is not known to compute only.

    Raises:
        BadInput: the file is damaged or not safe to unpack.
    """
    try:
        with zipfile.ZipFile(path) as members:
            _check_members(path, members.infolist())
            return _outside_parts(path, members)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, UnicodeError, ValueError) as error:
        raise BadInput(f"--graph: {path} is not a .keras file, or is damaged ({error}); download the file again")


def _check_members(path: str, members: List[zipfile.ZipInfo]) -> None:
    problem = ""
    names = [member.filename for member in members]
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_BYTES:
        problem = f"it unpacks to more than {MAX_MEMBERS} files or {MAX_BYTES} bytes"
    for member in members:
        name = member.filename
        if name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/"):
            problem = f"its member {name!r} would land outside its folder"
        elif (member.external_attr >> 16) & 0o170000 == 0o120000:
            problem = f"its member {name!r} is a link"
        elif names.count(name) > 1:
            problem = f"it has two members {name!r}"
        elif member.file_size > BOMB[0] and member.file_size > BOMB[1] * max(member.compress_size, 1):
            problem = f"its member {name!r} unpacks to {member.file_size} bytes from {member.compress_size}"
        if problem:
            break
    if problem:
        raise BadInput(f"--graph: {path} is not safe to unpack: {problem}; get the file from where you trust it")


def _outside_parts(path: str, members: zipfile.ZipFile) -> List[OutsideOp]:
    found: List[OutsideOp] = []
    for member in members.infolist():
        name = os.path.basename(member.filename)
        if name.endswith(".json") and member.file_size <= MAX_JSON_BYTES:
            config = json.loads(members.read(member).decode("utf-8"))
            found.extend(_outside_objects(config) if name == "config.json" else ())
        elif name.endswith(".json"):
            raise BadInput(f"--graph: {path}: {member.filename} has {member.file_size} bytes, which no network needs")
        elif name == SAVED_MODEL:
            file = f"{path}/{member.filename}"
            inner = outside_ops_of_saved_model(read_saved_model(file, members.read(member)))
            found.extend(one._replace(nodes=[f"{member.filename}/{node}" for node in one.nodes]) for one in inner)
        elif name.endswith((".h5", ".hdf5")):
            found.extend(OutsideOp("HDF5", [where], FOREIGN_FILE) for where in _links(members.read(member)))
    return merged(found)


def _outside_objects(config: Any) -> Iterator[OutsideOp]:
    for where, found in _objects(config, ""):
        kind, module = found.get("class_name"), found.get("module")
        inner = found.get("config")
        if not isinstance(kind, str):
            continue
        if kind in NEVER:
            yield OutsideOp(kind, [where], NEVER[kind])
        elif not _is_known(kind, module, found.get("registered_name")):
            name = inner if kind == "function" and isinstance(inner, str) else kind
            yield OutsideOp(name, [where], f"of module '{module}' {OUTSIDE_MODULE}")
        elif isinstance(inner, dict) and any(isinstance(inner.get(key), str) for key in FILE_KEYS):
            yield OutsideOp(kind, [where], FOREIGN_FILE)


def _is_known(kind: str, module: Any, registered: Any) -> bool:
    if kind == OURS and registered in (None, OURS, f"poets>{OURS}"):
        return True
    if module is None:  # then Keras looks the name up among its own, and imports nothing
        return True
    if not isinstance(module, str):
        return False
    parts = module.split(".")
    if parts[:2] == ["keras", "src"]:
        parts = ["keras"] + parts[2:]
    if parts == ["keras"]:
        return kind in TOP_NAMES
    if kind == "function":  # of `builtins` is one of Keras's own activations, losses and so on, by its name
        return module == "builtins" or (parts[0] == "keras" and parts[1] in FUNCTION_MODULES)
    return parts[0] == "keras" and len(parts) > 1 and parts[1] in MODULES


def _objects(value: Any, where: str) -> Iterator[Tuple[str, Any]]:
    """(where, dict) of every dict in a JSON value, named by the layer that it belongs to."""
    waiting = [(where, value)]
    while waiting:
        where, value = waiting.pop()
        if isinstance(value, dict):
            inner = value.get("config")
            name = value.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
            where = name if isinstance(name, str) else where
            yield where, value
            waiting.extend((where, one) for one in value.values())
        elif isinstance(value, list):
            waiting.extend((where, one) for one in value)


def _links(data: bytes) -> List[str]:
    """The paths in an HDF5 file at which another file is linked."""
    import h5py  # comes with Keras

    found: List[str] = []
    with h5py.File(io.BytesIO(data), "r") as file:
        waiting = [("", file)]
        while waiting:
            place, group = waiting.pop()
            if place.count("/") > MAX_DEPTH:
                raise ValueError(f"{place[:80]} is nested too deep")
            for name in group:
                where = f"{place}/{name}"
                if isinstance(group.get(name, getlink=True), h5py.ExternalLink):
                    found.append(where)
                    continue
                one = group.get(name)
                if isinstance(one, h5py.Dataset) and (one.external or one.is_virtual):
                    found.append(where)
                elif isinstance(one, h5py.Group) and isinstance(group.get(name, getlink=True), h5py.HardLink):
                    waiting.append((where, one))
    return found

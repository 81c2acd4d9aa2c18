"""The folder that `--run_dir` writes: the report as JSON and as text, and all measured arrays."""

import hashlib
import json
import os
import zipfile
from typing import Any, Dict, List, NamedTuple

import numpy as np

from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import whole_file, write_text

REPORT, TEXT, ARRAYS = "report.json", "report.txt", "arrays.npz"
KEPT = "kept"  # the report's field that lists the arrays: name -> SHA-256 of its dtype, shape and values


class KeptRun(NamedTuple):
    path: str
    """The run's folder."""
    report: Dict[str, Any]
    """The contents of `report.json`."""
    arrays: Dict[str, np.ndarray]
    """The contents of `arrays.npz`."""
    missing: List[str]
    """Arrays that the run had when it was kept, and no longer has."""


def keep_run(run_dir: str, report_json: str, arrays: Dict[str, np.ndarray], report_text: str) -> None:
    """Write ``report.json``, ``report.txt`` and ``arrays.npz``, each completely or not at all.

    The report also gets the arrays' names and checksums, so that a run that lost a part is not judged as whole.

    The arrays may be of any shape and dtype except objects.

    Raises:
        BadInput: ``run_dir`` cannot be written.
    """
    with whole_file(os.path.join(run_dir, ARRAYS)) as temporary:
        with open(temporary, "wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # numpy's stubs
    write_text(os.path.join(run_dir, TEXT), report_text)
    report = json.loads(report_json)
    report[KEPT] = {name: checksum(array) for name, array in sorted(arrays.items())}
    write_text(os.path.join(run_dir, REPORT), json.dumps(report, indent=2) + "\n")


def load_run(path: str) -> KeptRun:
    """Read a run that `keep_run` kept.

    Raises:
        BadInput: the folder or a file is missing, is corrupt, or was changed after the run.
    """
    try:
        with open(os.path.join(path, REPORT), encoding="utf-8") as file:
            report = json.load(file)
        with open(os.path.join(path, ARRAYS), "rb") as opened, np.load(opened, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
        wanted = dict(report.get(KEPT) or {})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or str(error).split("\n")[0]
        raise BadInput(f"RUN: {path} is not a run that `poets parity --run_dir` kept ({reason})")
    for name in sorted(arrays) if KEPT in report else []:
        if wanted.get(name) != checksum(arrays[name]):
            raise BadInput(f"RUN: '{name}' in {os.path.join(path, ARRAYS)} was changed after the run; run it again")
    return KeptRun(path, report, arrays, sorted(set(wanted) - set(arrays)))


def checksum(array: np.ndarray) -> str:
    """SHA-256 of an array's dtype, shape and values."""
    found = hashlib.sha256(f"{array.dtype.str} {array.shape}".encode("ascii"))
    found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()

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
KEPT = "kept"  # the report's field: array -> SHA-256 of its dtype, shape and values; REPORT -> that of all else in it


ODD = (ValueError, KeyError, TypeError, AttributeError)  # what a report that is not as written raises


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

    The report also gets the arrays' names and checksums, so that a run that lost a part is not judged as whole, and its
    own checksum.

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
    report[KEPT][REPORT] = checksum_of_report(report)
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
        sealed = wanted.pop(REPORT, None)
        _check_shape(report)
    except (OSError, *ODD, EOFError, RecursionError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or str(error).split("\n")[0]
        raise BadInput(f"RUN: {path} is not a run that `poets parity --run_dir` kept ({reason})")
    if sealed is not None and sealed != checksum_of_report(report):
        raise BadInput(f"RUN: {os.path.join(path, REPORT)} was changed after the run; run it again")
    for name in sorted(arrays) if KEPT in report else []:
        if wanted.get(name) != checksum(arrays[name]):
            raise BadInput(f"RUN: '{name}' in {os.path.join(path, ARRAYS)} was changed after the run; run it again")
    return KeptRun(path, report, arrays, sorted(set(wanted) - set(arrays)))


def _check_shape(report: Dict[str, Any]) -> None:
    """Raise ValueError for a report whose models and pairs are not as they are written."""
    models, pairs = report.get("models", []), report.get("pairs", [])
    named = all(isinstance(model["name"], str) for model in models)
    labelled = all(isinstance(pair["labels"], str) for pair in pairs)
    whole = "pairs" not in report or report.get("verdict") == "incomplete" or len(pairs) == len(models) - 1
    if not (isinstance(models, list) and isinstance(pairs, list) and named and labelled and whole):
        raise ValueError("its models and pairs are not as they are written")


def checksum_of_report(report: Dict[str, Any]) -> str:
    """SHA-256 of a report, without the entry that holds it."""
    kept = {name: value for name, value in report[KEPT].items() if name != REPORT}
    return hashlib.sha256(json.dumps(dict(report, **{KEPT: kept}), sort_keys=True).encode("utf-8")).hexdigest()


def checksum(array: np.ndarray) -> str:
    """SHA-256 of an array's dtype, shape and values."""
    found = hashlib.sha256(f"{array.dtype.str} {array.shape}".encode("ascii"))
    found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()

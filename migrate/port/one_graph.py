"""Port one graph: read it, write every target, verify them in another process, and keep those that pass."""

import base64
import hashlib
import importlib
import json
import os
from typing import Any, Dict, List, NamedTuple, Optional

from poets import __version__
from poets.migrate.graphs.network_files import fingerprint, labels_files, serving_name
from poets.migrate.port.reading.error_reasons import reason_of
from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.port.readme import EXAMPLE, README, readme_of
from poets.migrate.task.errors import PoetsError
from poets.migrate.task.files import check_writable, named_if_full, whole_file, write_text
from poets.migrate.task.photos.bottleneck_cache import sha256_of_file
from poets.migrate.task.swap_folders import move_folder
from poets.migrate.task.temporary import drop_folder, kept_folder, sweep

REPORT = "report.json"
REJECTED = "rejected"


class Job(NamedTuple):
    path: str
    """A path that `poets.migrate.port.reading.sources.open_source` can open."""
    output: str
    """Output folder."""
    targets: List[str]
    """Names of the targets to write."""
    options: ReadingOptions
    probe: Optional[str]
    """Folder of photos for the comparison; None for built-in pictures."""
    representative: List[str]
    """Photos on which tflite_int8 calibrates activations."""
    calibration: Optional[Dict[str, Any]] = None
    """``photos``, [path, kind, class] each, and their ``folder``, to measure the preprocessing on; None to find it."""


def title_of(job: Job) -> str:
    """Its path, and its output where that was named or is one of several."""
    return job.path + (f" ({job.options.output_layer})" if job.options.output_layer else "")


def job_key(job: Job) -> str:
    """A key of everything a port depends on: file contents, options, poets. With an equal key, nothing is redone.

    The files are the network's, the labels (given or found), the backbone and the representative photos, in order;
    their paths do not matter.

    Raises:
        OSError: a file cannot be read.
    """
    options = dict(job.options._replace(labels=None, backbone=None)._asdict(), targets=job.targets, probe=job.probe)
    labels = [job.options.labels] if job.options.labels else labels_files(job.path)
    shown = [path for path, _, _ in job.calibration["photos"]] if job.calibration else []
    parts = [fingerprint(job.path), __version__, json.dumps(options, sort_keys=True)]
    files = labels + [job.options.backbone] + job.representative + shown
    parts.extend(sha256_of_file(path) if path else "" for path in files)
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()


def finished(job: Job) -> Optional[Dict[str, Any]]:
    """The report of an earlier run of the same job if all its output still exists; else None."""
    try:
        with open(os.path.join(job.output, REPORT), encoding="utf-8") as file:
            report = json.load(file)
        there = all(os.path.exists(found["path"]) for found in report["targets"].values())
        same = there and report["verdict"] == "equal" and report["key"] == job_key(job)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return report if same else None


def warm() -> None:
    """Import what the work needs, while the process would otherwise wait."""
    importlib.import_module("poets.migrate.port.targets.all_targets")


def write(job: Job) -> Dict[str, Any]:
    """Read the graph and write every target beside the output folder; return the report so far, or ``error``.

    Runs in the writing process; TensorFlow is imported here.
    """
    building = None
    try:
        from poets.migrate.port.proof.reference import decode_and_resize
        from poets.migrate.port.reading.calibrated import measured_options
        from poets.migrate.port.reading.graph_reading import read
        from poets.migrate.port.targets.all_targets import TARGETS

        check_writable(os.path.join(job.output, REPORT), "--output")
        reading, options, record = read(job.path, job.options), job.options, None
        if job.calibration:
            options, record = measured_options(reading, options, job.calibration)
            reading = read(job.path, options)
        with named_if_full(job.output):
            os.makedirs(job.output, exist_ok=True)
            building = kept_folder(job.output)
            decode = decode_and_resize(reading.roles.preprocessing)
            targets, errors = {}, {}
            for name in job.targets:
                where = os.path.join(building, TARGETS[name].name)
                more = {}
                if TARGETS[name].is_calibrated:
                    more["representative"] = (decode(photo)[None] / 255 for photo in job.representative)
                try:
                    TARGETS[name].write(reading, where, **more)
                    targets[name] = where
                except PoetsError as error:
                    errors[name] = str(error)
        report = dict(_describe(job, reading), calibration=record)
        done = {"report": report, "building": building, "targets": targets, "errors": errors}
        return dict(done, options=options._asdict())  # the proof reads the graph with them
    except PoetsError as error:
        clean(job, building)
        return {"error": str(error), "exit_code": error.exit_code}
    except Exception as error:  # one bad file must never stop the others
        clean(job, building)
        return {"error": f"{job.path}: cannot be ported: {type(error).__name__}: {reason_of(error)}", "exit_code": 2}


def _describe(job: Job, reading: Any) -> Dict[str, Any]:
    roles, given = reading.roles, reading.roles.preprocessing
    return {
        "graph": os.path.abspath(job.path),
        "key": job_key(job),
        "family": reading.family._asdict(),
        "input": {
            "layer": roles.input_layer,
            "size": given.height,
            "width": given.width,
            "mean": given.mean,
            "std": given.std,
            "channels": given.channels,
            "resize": given.resize,
            "layout": given.layout,
            "dtype": given.dtype,
            "normalization_from": given.source,
            "guessed": given.guessed,
        },
        "output": roles.output_layer,
        "bottleneck": reading.bottleneck,
        "classes": reading.classes,
        "serving_name": serving_name(job.path),
        "labels": reading.labels,
        "labels_warning": reading.labels_warning,
        "rewrites": [
            {
                "name": applied.name,
                "reason": applied.reason,
                "count": applied.count,
                "exact": applied.tolerance == 0,
                "tolerance": applied.tolerance,
            }
            for applied in reading.rewrites
        ],
    }


def prove(job: Job, targets: Dict[str, str]) -> Dict[str, Any]:
    """Compare the written targets with the original: target -> proof, or ``error``. Runs in the proving process."""
    try:
        from poets.migrate.port.proof.prove import prove as compare_all

        return compare_all(job.path, job.options, targets, job.probe)
    except PoetsError as error:
        return {"error": str(error), "exit_code": error.exit_code}
    except Exception as error:  # a target that cannot be loaded is reported as a failed proof
        return {"error": f"{job.path}: the proof broke off: {type(error).__name__}: {reason_of(error)}", "exit_code": 1}


def settle(job: Job, written: Dict[str, Any], proved: Dict[str, Any]) -> Dict[str, Any]:
    """Move passed targets to the output folder and failed ones to `rejected/`, and write the report beside them."""
    report = dict(written["report"], targets={})
    for name, where in written["targets"].items():
        proof = dict(proved.get("proofs", {}).get(name) or {"passed": False, "why": proved.get("error", "not proved")})
        folder = job.output if proof["passed"] else os.path.join(job.output, REJECTED)
        proof["path"] = os.path.abspath(os.path.join(folder, os.path.basename(where)))
        os.makedirs(folder, exist_ok=True)
        move_folder(where, proof["path"])
        report["targets"][name] = proof
    for name, error in written["errors"].items():
        report["targets"][name] = {"passed": False, "why": error, "path": ""}
    drop_folder(written["building"])
    equal = all(found["passed"] for found in report["targets"].values())
    report["verdict"] = "equal" if equal else "not equal"
    if any(found["passed"] for found in report["targets"].values()):
        report["example"] = proved["example"]["answers"]
        with whole_file(os.path.join(job.output, EXAMPLE)) as made, open(made, "wb") as file:
            file.write(base64.b64decode(proved["example"]["jpeg"]))
        write_text(os.path.join(job.output, README), readme_of(report))
    text = json.dumps(report, indent=2) + "\n"
    write_text(os.path.join(job.output, REPORT), text)
    if os.path.isdir(os.path.join(job.output, REJECTED)):
        write_text(os.path.join(job.output, REJECTED, REPORT), text)
    return report


def clean(job: Job, building: Optional[str] = None) -> None:
    """Clean up after an aborted job: delete its unfinished targets, and the output folder if it is empty.

    Args:
        job: the job.
        building: the folder of its targets if this process made it; that of a process that is gone is found.
    """
    if building is not None:
        drop_folder(building)
    sweep(job.output)
    try:
        os.rmdir(job.output)
    except OSError:
        pass

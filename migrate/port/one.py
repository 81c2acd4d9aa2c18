"""Port one graph: read it, write every target, have another process prove them, keep what passed."""

import hashlib
import json
import os
import shutil
import tempfile
from typing import Any
from typing import Dict
from typing import List
from typing import NamedTuple
from typing import Optional

from migrate import __version__
from migrate.task.cache import sha256_of_file
from migrate.task.errors import PoetsError
from migrate.task.files import check_writable
from migrate.task.files import write_text

REPORT = "report.json"
REJECTED = "rejected"

Job = NamedTuple("Job", [
    ("path", str),  # the graph
    ("output", str),  # folder for what is written
    ("labels", Optional[str]),
    ("targets", List[str]),
    ("input_layer", Optional[str]),
    ("output_layer", Optional[str]),
    ("allow_ops", List[str]),
    ("keep", List[str]),  # rewrites not to do
    ("probe", Optional[str]),
])


def settings_of(job: Job) -> Dict[str, Any]:
    """The keywords of `migrate.port.reading.read` for a job."""
    return {"labels": job.labels, "input_layer": job.input_layer, "output_layer": job.output_layer,
            "allow_ops": job.allow_ops, "keep": job.keep}


def job_key(job: Job) -> str:
    """What a port depends on: the graph's and labels' bytes, the options, poets. Equal keys: nothing to do again."""
    parts = [sha256_of_file(job.path), sha256_of_file(job.labels) if job.labels else "", __version__,
             json.dumps(job._replace(path="", output="", labels="")._asdict(), sort_keys=True)]
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()


def finished(job: Job) -> Optional[Dict[str, Any]]:
    """The report of an earlier run of the very same job, if all it wrote is still there; else None."""
    try:
        with open(os.path.join(job.output, REPORT), encoding="utf-8") as file:
            report = json.load(file)
        there = all(os.path.exists(found["path"]) for found in report["targets"].values())
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return report if there and report.get("key") == job_key(job) and report["verdict"] == "equal" else None


def write(job: Job) -> Dict[str, Any]:
    """Read the graph and write every target beside the output folder; gives the report so far, or ``error``.

    Runs in the writing process; TensorFlow is imported here.
    """
    try:
        from migrate.port.reading import read
        from migrate.port.targets import TARGETS

        check_writable(os.path.join(job.output, REPORT), "--output")
        reading = read(job.path, **settings_of(job))
        os.makedirs(job.output, exist_ok=True)
        building = tempfile.mkdtemp(prefix=".building.", dir=job.output)
        targets, errors = {}, {}
        for name in job.targets:
            where = os.path.join(building, TARGETS[name].name)
            try:
                TARGETS[name].write(reading, where)
                targets[name] = where
            except PoetsError as error:
                errors[name] = str(error)
        return {"report": _describe(job, reading), "building": building, "targets": targets, "errors": errors}
    except PoetsError as error:
        return {"error": str(error), "exit_code": error.exit_code}
    except Exception as error:  # one bad file must never stop the others
        return {"error": "%s: cannot be ported: %s: %s" % (
            job.path, type(error).__name__, str(error).split("\n")[0]), "exit_code": 2}


def _describe(job: Job, reading: Any) -> Dict[str, Any]:
    roles = reading.roles
    return {
        "graph": os.path.abspath(job.path),
        "key": job_key(job),
        "family": reading.family._asdict(),
        "input": {"layer": roles.input_layer, "size": roles.input_size, "mean": roles.input_mean,
                  "std": roles.input_std, "normalization_from": roles.normalization_from},
        "output": roles.output_layer,
        "bottleneck": reading.bottleneck,
        "classes": reading.classes,
        "labels": reading.labels,
        "rewrites": [{"name": applied.name, "reason": applied.reason, "count": applied.count, "exact": applied.exact}
                     for applied in reading.rewrites],
    }


def prove(job: Job, targets: Dict[str, str]) -> Dict[str, Any]:
    """Compare what was written with the original: target -> proof, or ``error``. Runs in the proving process."""
    try:
        from migrate.port.prove import prove as compare_all

        return {"proofs": compare_all(job.path, settings_of(job), targets, job.probe)}
    except PoetsError as error:
        return {"error": str(error), "exit_code": error.exit_code}
    except Exception as error:  # a target that cannot even be loaded is a failed proof, told as such
        return {"error": "%s: the proof broke off: %s: %s" % (
            job.path, type(error).__name__, str(error).split("\n")[0]), "exit_code": 1}


def settle(job: Job, written: Dict[str, Any], proved: Dict[str, Any]) -> Dict[str, Any]:
    """Move what passed to its place and what did not under `rejected/`, and write the report beside them."""
    report = dict(written["report"], targets={})
    for name, where in written["targets"].items():
        proof = dict(proved.get("proofs", {}).get(name) or {"passed": False, "why": proved.get("error", "not proved")})
        folder = job.output if proof["passed"] else os.path.join(job.output, REJECTED)
        proof["path"] = os.path.abspath(os.path.join(folder, os.path.basename(where)))
        _replace(where, proof["path"])
        report["targets"][name] = proof
    for name, error in written["errors"].items():
        report["targets"][name] = {"passed": False, "why": error, "path": ""}
    shutil.rmtree(written["building"], ignore_errors=True)
    equal = all(found["passed"] for found in report["targets"].values())
    report["verdict"] = "equal" if equal else "not equal"
    text = json.dumps(report, indent=2) + "\n"
    write_text(os.path.join(job.output, REPORT), text)
    if os.path.isdir(os.path.join(job.output, REJECTED)):
        write_text(os.path.join(job.output, REJECTED, REPORT), text)
    return report


def _replace(source: str, target: str) -> None:
    os.makedirs(os.path.dirname(target), exist_ok=True)
    aside = source + ".old"
    if os.path.exists(target):
        os.rename(target, aside)  # into the building folder, which is deleted afterwards
    os.rename(source, target)

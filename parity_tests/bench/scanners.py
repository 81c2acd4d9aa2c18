"""The gate against other scanners of models, on the same malicious and innocent ones: how many each names.

Seen with ``make bench BENCH="--scanners modelscan"``, modelscan 0.8.8 and TensorFlow 2.21:

    scanner               kinds of op   malicious files   innocent files named
    poets                 16 of 16      63 of 63          0 of 4
    saved_model_cli scan  3 of 16       5 of 63           0 of 4
    modelscan             2 of 16       8 of 63           0 of 4
"""

import contextlib
import io
import json
import os
import subprocess
import tempfile
from typing import Any, Dict, List, NamedTuple, Optional, Set

from poets.migrate.task.errors import BadInput
from poets.migrate.task.python_command import python_words


class Scanned(NamedTuple):
    scanner: str
    kinds: Set[str]
    """Ops that it names, of those in SavedModels that differ in their op only."""
    files: Set[str]
    """Malicious models of all formats and hiding places that it names."""
    innocent: Set[str]
    """Models that only compute and that it names."""


class Models(NamedTuple):
    kinds: Dict[str, str]
    """Op -> a SavedModel that runs it when its signature is called."""
    files: List[str]
    innocent: List[str]


def compare(modelscan: Optional[str]) -> str:
    """Scan all models with all scanners; returns a table as text.

    Args:
        modelscan: str, the command that starts modelscan, as typed in a shell; None to leave it out.

    Raises:
        BadInput: the command cannot be run, or fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        models = make_models(folder)
        found = [scanned("poets", models, named_by_poets), scanned("saved_model_cli scan", models, named_by_tensorflow)]
        if modelscan:
            words = python_words(modelscan, "--scanners")
            found.append(scanned("modelscan", models, named_by_modelscan(words, folder)))
    return in_words(found, models)


def make_models(folder: str) -> Models:
    """Write the models of the gate's tests, and a SavedModel for each kind of op."""
    from parity_tests.fixtures.models import hostile_keras, hostile_models

    witness = os.path.join(folder, "witness")
    kinds = {op: os.path.join(folder, "kinds", op) for op in hostile_models.OPS}
    for op, path in kinds.items():
        hostile_models.saved_model(path, "signature", lambda op=op: hostile_models.OPS[op](witness))  # type: ignore[misc]
    files = [one.path for one in hostile_models.write_all(folder, witness)]
    innocent = [os.path.join(folder, "innocent", name) for name in ("good.pb", "good", "good1", "good.keras")]
    os.mkdir(os.path.join(folder, "innocent"))
    hostile_models.frozen_graph(innocent[0])
    hostile_models.saved_model(innocent[1], "")
    hostile_models.saved_model_of_tf1(innocent[2], "")
    hostile_keras.keras_file(innocent[3])
    return Models(kinds, files, innocent)


def scanned(name: str, models: Models, named: Any) -> Scanned:
    """What a scanner names; ``named`` is called with a model's path and returns the names it found there."""
    return Scanned(
        name,
        {op for op, path in models.kinds.items() if op in named(path)},
        {path for path in models.files if named(path)},
        {path for path in models.innocent if named(path)},
    )


def named_by_poets(path: str) -> Set[str]:
    """The ops and objects that the gate names; a file that is not safe to unpack is named as such."""
    from poets.migrate.gate.graph_ops import outside_ops
    from poets.migrate.graphs.graph_file import read_graph
    from poets.migrate.inspect.gate_findings import gate_findings_of
    from poets.migrate.tensorflow_library.version2 import tf

    try:
        findings = gate_findings_of(path)
    except BadInput as error:
        return {str(error)}
    found = findings.reaches if findings else outside_ops(read_graph(path, tf.compat.v1.GraphDef(), "GRAPH"))
    return {one.op for one in found}


def named_by_tensorflow(path: str) -> Set[str]:
    """What `saved_model_cli scan` names in a SavedModel; it reads nothing else."""
    from tensorflow.python.tools import saved_model_cli, saved_model_utils

    if not os.path.isdir(path):
        return set()
    denied = saved_model_cli._OP_DENYLIST
    found: Set[str] = set()
    for meta in saved_model_utils.read_saved_model(path).meta_graphs:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            saved_model_cli.scan_meta_graph_def(meta, denied)
        if "contains the following denylisted ops" in said.getvalue():
            found.update(op for op in denied if repr(op) in said.getvalue())
    return found


def named_by_modelscan(words: List[str], folder: str) -> Any:
    """Run modelscan once over the folder; returns a function as `scanned` wants it."""
    out = os.path.join(folder, "modelscan.json")
    command = words + ["-p", folder, "-r", "json", "-o", out]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if not os.path.exists(out):
        said = run.stderr.decode().strip().splitlines() or ["it said nothing"]
        raise BadInput(f"--scanners: {' '.join(words)} wrote no report: {said[-1]}")
    with open(out, encoding="utf-8") as file:
        issues = json.load(file)["issues"]

    def named(path: str) -> Set[str]:
        inside = (path + "/", path + ":")  # a folder's file, a zip's member
        return {one["operator"] for one in issues if (os.path.join(folder, one["source"]) + "/").startswith(inside)}

    return named


def in_words(found: List[Scanned], models: Models) -> str:
    """A line for each scanner."""
    lines = ["scanner               kinds of op   malicious files   innocent files named"]
    for one in found:
        kinds, files = f"{len(one.kinds)} of {len(models.kinds)}", f"{len(one.files)} of {len(models.files)}"
        lines.append(f"{one.scanner:22}{kinds:14}{files:18}{len(one.innocent)} of {len(models.innocent)}")
    return "\n".join(lines) + "\n"

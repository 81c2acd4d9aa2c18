"""A verdict as JSON, and the folder that --run_dir keeps."""

import os
from typing import Any
from typing import Dict

import numpy as np

from migrate.task.files import whole_file
from migrate.task.files import write_text
from parity_tests.harness.difference import as_json as difference_as_json
from parity_tests.harness.parity import Verdict


def as_json(verdict: Verdict) -> Dict[str, Any]:
    """The verdict under the report's documented keys. What could not be said is null."""
    training = verdict.training
    record = {
        "verdict": "parity" if verdict.parity else "no parity",
        "first_difference": verdict.first_difference or None,
        "why": verdict.why or None,
        "photos": verdict.photos,
        "labels": verdict.labels,
        "stages": {name: difference_as_json(found) for name, found in verdict.stages.items()},
        "training": {
            "steps": training.steps,
            "max_loss_diff": training.losses.max_abs,
            "max_weight_diff": training.weights.max_abs,
            "max_probability_diff": training.probabilities.max_abs,
            "first_step": training.first_step,
            "losses": difference_as_json(training.losses),
            "weights": difference_as_json(training.weights),
            "probabilities": difference_as_json(training.probabilities),
            "passed": training.passed,
        },
        "accuracy": verdict.accuracy._asdict() if verdict.accuracy else None,
        "speed": ({name: figure._asdict() for name, figure in verdict.speed._asdict().items()}
                  if verdict.speed else None),
        "interpreters": {
            twin: {name: found[name] for name in ("python", "tensorflow", "keras")}
            for twin, found in verdict.interpreters.items()},
        "seconds": verdict.seconds,
    }  # type: Dict[str, Any]
    return record


def keep(run_dir: str, report_json: str, arrays: Dict[str, np.ndarray], report_text: str) -> None:
    """Keep a run: ``report.json``, ``report.txt`` and ``arrays.npz``, each whole or not at all.

    Raises:
        BadInput: ``run_dir`` cannot be written.
    """
    with whole_file(os.path.join(run_dir, "arrays.npz")) as temporary:
        with open(temporary, "wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # numpy's stubs
    write_text(os.path.join(run_dir, "report.txt"), report_text)
    write_text(os.path.join(run_dir, "report.json"), report_json)

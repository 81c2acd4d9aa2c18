"""The folder that `--run_dir` writes: the report as JSON and as text, and all measured arrays."""

import os
from typing import Dict

import numpy as np

from poets.migrate.task.files import whole_file, write_text


def keep_run(run_dir: str, report_json: str, arrays: Dict[str, np.ndarray], report_text: str) -> None:
    """Write ``report.json``, ``report.txt`` and ``arrays.npz``, each completely or not at all.

    Raises:
        BadInput: ``run_dir`` cannot be written.
    """
    with whole_file(os.path.join(run_dir, "arrays.npz")) as temporary:
        with open(temporary, "wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # numpy's stubs
    write_text(os.path.join(run_dir, "report.txt"), report_text)
    write_text(os.path.join(run_dir, "report.json"), report_json)

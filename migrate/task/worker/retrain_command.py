"""Run a twin's command `retrain` in this process, as a user would run it in a folder."""

import contextlib
import importlib
import io
import json
import os
from typing import Any, Dict, List


def run_retrain(twin: str, folder: str, argv: List[str]) -> Dict[str, Any]:
    """Run ``twin``'s `retrain` with ``folder`` as the working directory; all outputs go below ``out_<twin>`` there.

    Returns:
        its exit ``code``, what it ``said`` on stderr, and the run's ``record``, None if it wrote none.
    """
    out = os.path.join(folder, "out_" + twin)
    record = os.path.join(out, "record.json")
    places = {
        "output_graph": "graph.pb",
        "output_labels": "labels.txt",
        "summaries_dir": "logs",
        "bottleneck_dir": "bottlenecks",
        "intermediate_output_graphs_dir": "intermediate",
        "json": "record.json",
    }
    outputs = [f"--{flag}={os.path.join(out, name)}" for flag, name in places.items()]
    with contextlib.suppress(FileNotFoundError):
        os.remove(record)
    said, before = io.StringIO(), os.getcwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stderr(said):
            code = importlib.import_module("poets." + twin + ".retrain").main(argv + outputs)
    except SystemExit as ending:  # raised by argparse for unknown flags
        code = ending.code
    finally:
        os.chdir(before)
    found = None
    if os.path.exists(record):
        with open(record, encoding="utf-8") as file:
            found = json.load(file)
    return {"code": code, "said": said.getvalue().strip(), "record": found}

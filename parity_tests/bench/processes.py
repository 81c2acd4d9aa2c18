"""Run a whole `retrain` in a process of its own: how long it took, and the most memory it held."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from typing import Any, Dict, List, NamedTuple, Optional

from poets.migrate.task.errors import WorkerFailed
from poets.migrate.task.worker.start import project_root

MODULES = {
    "plain": ["poets.parity_tests.bench.plain_loop"],
    "legacy": ["poets.legacy", "retrain"],
    "modern": ["poets.modern", "retrain"],
}


class Ran(NamedTuple):
    seconds: float
    """From the process's start to its end."""
    peak_rss_mb: float
    """2**20 bytes."""
    record: Dict[str, Any]
    """What the program wrote as --json."""


def retrain(
    program: str,
    flags: List[str],
    environment: Dict[str, str],
    python: Optional[str] = None,
    root: Optional[str] = None,
) -> Ran:
    """Run ``program`` (plain, legacy or modern) from nothing: no bottleneck is cached, its outputs are thrown away.

    Args:
        program: str, a key of `MODULES`.
        flags: list of str: photos, network, steps.
        environment: of str, what to set beyond this process's own environment.
        python: str, a command that ends in a Python with TensorFlow; None for this Python.
        root: str, the checkout to run; None for this one.

    Raises:
        WorkerFailed: it ended with another exit code than 0; its last words are in the message.
    """
    with tempfile.TemporaryDirectory(prefix="poets_bench_") as folder:
        outputs = [
            ("output_graph", "graph.pb"),
            ("output_labels", "labels.txt"),
            ("summaries_dir", "curves"),
            ("bottleneck_dir", "bottlenecks"),
            ("json", "record.json"),
        ]
        words = (shlex.split(python) if python else [sys.executable]) + ["-m"] + MODULES[program] + flags + ["--quiet"]
        for flag, name in outputs:
            words += ["--" + flag, os.path.join(folder, name)]
        paths = [root or project_root(), os.environ.get("PYTHONPATH", "")]
        settings = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, paths)), **environment)
        with open(os.path.join(folder, "words.txt"), "w+b") as said:
            started = time.perf_counter()
            process = subprocess.Popen(words, env=settings, cwd=root, stdout=said, stderr=said)
            try:
                _, status, usage = os.wait4(process.pid, 0)
            except BaseException:
                process.kill()
                process.wait()
                raise
            seconds = time.perf_counter() - started
            process.returncode = status  # or `subprocess` would look for a process that is gone
            if status:
                said.seek(0)
                last = said.read().decode("utf-8", "replace").splitlines()[-12:]
                raise WorkerFailed("%s failed; its last words:\n  %s" % (" ".join(words), "\n  ".join(last)))
        with open(os.path.join(folder, "record.json"), encoding="utf-8") as file:
            record = json.load(file)
    return Ran(seconds, usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10), record)

"""What `poets inspect` saves by leaving TensorFlow alone, and by looking at many graphs in one process."""

import os
import tempfile
import time
from typing import Callable, List, NamedTuple

from parity_tests.bench.porting import copies, run_python
from poets.migrate.judge.compare.statistics import median

INSPECT = ["-m", "poets", "inspect", "--quiet"]
# As the command was before it could do without: TensorFlow is imported first.
WITH_TENSORFLOW = """
import sys
from poets.migrate.tensorflow_library.version2 import tf
from poets.migrate import cli
sys.exit(cli.main(["inspect", "--quiet"] + sys.argv[1:]))
"""


class Inspecting(NamedTuple):
    graph: str
    graphs: int
    with_tensorflow: float
    """Seconds of a process that imports TensorFlow and inspects one graph."""
    alone: float
    """Seconds of a process that inspects one graph."""
    together_seconds: float
    """Seconds of the process that inspects all of them."""


def measure(graph: str, rounds: int, graphs: int, say: Callable[[str], None]) -> Inspecting:
    """Inspect one graph with and without TensorFlow, and copies of it in one call, in turns; the medians count.

    Args:
        graph: str, a frozen graph.
        rounds: int, processes of each kind.
        graphs: int, how many are inspected in one call.
        say: told what is being done.
    """
    with tempfile.TemporaryDirectory(prefix="poets_bench_") as folder:
        copies(graph, os.path.join(folder, "graphs"), graphs)
        kinds = [["-c", WITH_TENSORFLOW, graph], INSPECT + [graph], INSPECT + [os.path.join(folder, "graphs")]]
        seconds: List[List[float]] = [[], [], []]
        for number in range(rounds):
            say(f"inspecting: round {number + 1} of {rounds}")
            for words, found in zip(kinds, seconds):
                started = time.perf_counter()
                run_python(words)
                found.append(time.perf_counter() - started)
    return Inspecting(os.path.basename(graph), graphs, *[median(found) for found in seconds])

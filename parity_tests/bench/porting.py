"""What porting brings and costs: a port's batches against a Session's single images, one call against many."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from typing import Callable, Dict, List, NamedTuple

from poets.migrate.judge.compare.statistics import median
from poets.migrate.task.errors import WorkerFailed
from poets.migrate.task.worker.start import project_root

BATCH = 32
GRAPHS = 20


class Porting(NamedTuple):
    graph: str
    session_rate: float
    """Images per second, the original, one image per `sess.run`."""
    port_rate: float
    """Images per second, the port's `raw` signature, BATCH images per call."""
    graphs: int
    apart_seconds: float
    """One process per graph."""
    together_seconds: float
    """One call."""


# Runs in a process of its own: argv is graph, port, batch, rounds; prints both rates as JSON.
SERVE = """
import json, sys, time
import numpy as np
from poets.migrate.port.proof import probes
from poets.migrate.port.reading import graph_reading
from poets.migrate.tensorflow_library.version2 import tf
graph, port, batch, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
found = graph_reading.read(graph)
roles = found.roles
pixels = np.concatenate([probes.natural_pictures(roles.preprocessing)] * 6)[:batch]
images = roles.preprocessing.normalize(pixels)
run = tf.saved_model.load(port).signatures["raw"]
rates = {"session": [], "port": []}
with tf.Graph().as_default():
    entry, output = tf.graph_util.import_graph_def(
        found.original, return_elements=[roles.input_layer + ":0", roles.output_layer + ":0"])
    session = tf.compat.v1.Session()
def singly():
    for image in images:
        session.run(output, {entry: image[None]})
def at_once():
    list(run(tf.constant(images)).values())[0].numpy()
for number in range(rounds + 1):
    for name, work, times in (("session", singly, 1), ("port", at_once, 3)):
        started = time.perf_counter()
        for _ in range(times):
            work()
        if number:  # the first round allocates and optimises
            rates[name].append(times * batch / (time.perf_counter() - started))
print(json.dumps(rates))
"""


def measure(graph: str, rounds: int, graphs: int, say: Callable[[str], None]) -> Porting:
    """Measure both, on one frozen graph and on copies of it that differ in a node that nothing uses.

    Args:
        graph: str, a frozen graph.
        rounds: int, of serving, the two in turns; the medians count.
        graphs: int, how many are ported.
        say: told what is being done.
    """
    with tempfile.TemporaryDirectory(prefix="poets_bench_") as folder:
        say(f"serving: {graph}")
        port(folder, [graph], os.path.join(folder, "port"))
        rates: Dict[str, List[float]] = json.loads(
            run_python(["-c", SERVE, graph, os.path.join(folder, "port", "savedmodel"), str(BATCH), str(rounds)])
        )
        paths = copies(graph, os.path.join(folder, "graphs"), graphs)
        say(f"porting: {graphs} graphs in one call")
        started = time.perf_counter()
        port(folder, [os.path.join(folder, "graphs")], os.path.join(folder, "together"))
        together = time.perf_counter() - started
        started = time.perf_counter()
        for number, path in enumerate(paths):
            say(f"porting: graph {number + 1} of {graphs} in a process of its own")
            port(folder, [path], os.path.join(folder, "apart", str(number)))
        apart = time.perf_counter() - started
    return Porting(os.path.basename(graph), median(rates["session"]), median(rates["port"]), graphs, apart, together)


def copies(graph: str, folder: str, count: int) -> List[str]:
    """``count`` graphs that no cache could take for one: each has a node of its own that nothing uses."""
    os.makedirs(folder)
    paths = []
    for number in range(count):
        paths.append(os.path.join(folder, f"graph_{number:02}.pb"))
        shutil.copy(graph, paths[-1])
        with open(paths[-1], "ab") as file:  # protobuf messages join by joining their bytes: one node more
            name = b"bench_%02d" % number
            node = b"\x0a" + bytes([len(name)]) + name + b"\x12\x04NoOp"
            file.write(b"\x0a" + bytes([len(node)]) + node)
    return paths


def port(folder: str, graphs: List[str], output: str) -> None:
    """`poets port --to savedmodel`, with its proof, in a process of its own."""
    run_python(["-m", "poets", "port"] + graphs + ["--output", output, "--quiet"])


def run_python(argv: List[str]) -> str:
    """What a process of this Python prints; WorkerFailed if it ends with an error."""
    done = subprocess.run([sys.executable] + argv, cwd=project_root(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        raise WorkerFailed(
            f"bench: {argv[:3]} ended with {done.returncode}: {done.stderr.decode('utf-8', 'replace')[-300:]}"
        )
    return done.stdout.decode("utf-8")

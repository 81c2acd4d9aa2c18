"""The command `make bench`."""

import argparse
import os
import sys
from typing import List, Optional

from parity_tests.bench import before, inspecting, measures, porting, result, scanners
from poets.migrate import console
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable
from poets.migrate.task.flags.retrain import Parser
from poets.migrate.task.networks.architectures import EMBEDDED, find_architecture
from poets.migrate.task.worker.start import project_root

SHARED = os.path.join("..", "shared", "data")  # beside the project's root, where there is one
SHARED_ARCHITECTURE = "mobilenet_0.25_128"
MODEL_DIR = "/tmp/imagenet"  # retrain.py's default
SHARED_GRAPH = os.path.join("golden", "retrained_graph.pb")
PARTS = ("features", "runs", "memory", "porting", "inspect")


def make_parser() -> argparse.ArgumentParser:
    """The flags of `python -m parity_tests.bench`."""
    parser = Parser(
        prog="python -m parity_tests.bench",
        description="Both twins against a plain retrain.py-style loop, as ratios. With no flags: on the flower photos "
        "in ../shared/data, or where they are not, on flowers that poets paints.",
    )
    parser.add_argument("--image_dir", help="folder of one folder of JPEG photos per class")
    parser.add_argument("--architecture", help="pretrained network")
    parser.add_argument("--model_dir", help="folder of the network or its archive")
    parser.add_argument(
        "--plain-python",
        metavar="CMD",
        help="command that ends in the Python for the baseline, real TensorFlow 1.15's say; default: this one",
    )
    parser.add_argument(
        "--baseline_steps",
        type=int,
        default=measures.STEPS,
        help="steps that the baseline runs, once; fewer are scaled up, and the report says so",
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs of each twin, and rounds of the features' timing")
    parser.add_argument("--graphs", type=int, default=porting.GRAPHS, help="graphs that are ported, and inspected")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part; may be given many times")
    parser.add_argument(
        "--before",
        metavar="DIR",
        help="measure only training, of this checkout and of another one, such as a `git worktree` of an older commit",
    )
    parser.add_argument(
        "--scanners",
        metavar="CMD",
        help="compare only the gate, with TensorFlow's scanner and with modelscan, which CMD starts; - to leave it out",
    )
    parser.add_argument("--timeout", type=float, default=600, help="seconds that one call to a worker may take")
    parser.add_argument("--json", metavar="FILE", help="write what was measured as JSON; - for standard output")
    return parser


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command: 0 every target met, 1 one missed, 2 bad input, 4 a program failed."""
    flags = make_parser().parse_args(argv)
    return console.run_command(lambda: bench(flags))


def bench(flags: argparse.Namespace) -> int:
    """Measure, as the flags say, and report.

    Raises:
        PoetsError: anything that stops it.
    """
    if flags.graphs < 1:
        raise BadInput("--graphs must be 1 or more")
    if flags.rounds < 1 or not 1 <= flags.baseline_steps <= measures.STEPS or not flags.timeout > 0:
        raise BadInput(f"--rounds must be 1 or more, --baseline_steps 1 to {measures.STEPS} and --timeout above 0")
    if flags.json not in (None, "-"):
        check_writable(flags.json, "--json")
    if flags.scanners:
        console.write_out("-", scanners.compare(None if flags.scanners == "-" else flags.scanners))
        return 0
    data, parts = data_of(flags), flags.only or PARTS
    if flags.before:
        compared = before.compare(flags.before, data, flags.rounds, console.say)
        if flags.json:
            console.write_json(flags.json, [one._asdict() for one in compared])
        if flags.json != "-":
            console.write_out("-", before.in_words(compared))
        return 0
    rates = runs = peaks = ported = inspected = None
    if "features" in parts:
        rates = measures.features_per_second(data, flags.rounds, flags.timeout, console.say)
    if "runs" in parts:
        runs = measures.whole_runs(data, flags.rounds, flags.baseline_steps, console.say)
    if "memory" in parts:
        peaks = measures.memory(data, console.say)
    if "porting" in parts:
        ported = porting.measure(graph_to_port(), flags.rounds, flags.graphs, console.say)
    if "inspect" in parts:
        inspected = inspecting.measure(graph_to_port(), flags.rounds, flags.graphs, console.say)
    found = result.result_of(rates, runs, peaks, flags.baseline_steps, ported, inspected)
    show(found, sys.stderr if flags.json == "-" else sys.stdout)
    if flags.json:
        console.write_json(flags.json, result.as_json(found))
    return 1 if result.missed(found) else 0


def graph_to_port() -> str:
    """The golden graph where the shared data is, else the network that poets ships."""
    shared = os.path.abspath(os.path.join(project_root(), SHARED, SHARED_GRAPH))
    return shared if os.path.exists(shared) else find_architecture(EMBEDDED).model_file


def data_of(flags: argparse.Namespace) -> measures.Data:
    """Photos and network: what was given; else the shared photos where they are; else the painted ones."""
    shared = os.path.join(project_root(), SHARED)
    models = os.path.join(shared, "models") if os.path.isdir(shared) else MODEL_DIR
    if flags.image_dir:
        folder, network = flags.image_dir, EMBEDDED
    elif os.path.isdir(os.path.join(shared, "flower_photos")):
        folder, network = os.path.join(shared, "flower_photos"), SHARED_ARCHITECTURE
    else:
        from poets.migrate.demo.embedded import flowers_folder

        folder, network = flowers_folder(), EMBEDDED
    return measures.Data(
        os.path.relpath(folder), flags.architecture or network, flags.model_dir or models, flags.plain_python
    )


def show(found: result.Result, file: object) -> None:
    """Print the report, 80 columns wide where it is not a terminal."""
    from parity_tests.bench import report

    console.screen(file).print(report.render(found))

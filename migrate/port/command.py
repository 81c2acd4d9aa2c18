"""The command `poets port`: port old graphs to SavedModels and other formats, and verify each against its original."""

import argparse
import os
import sys
from typing import Any, Dict, List, Optional, Sequence, Tuple

from poets.migrate import console
from poets.migrate.graphs.find_networks import find_graphs
from poets.migrate.graphs.roles import find_heads
from poets.migrate.port import one_graph, pool
from poets.migrate.port.proof import probes
from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.port.reading.sources import read_frozen
from poets.migrate.runners import onnx_runner
from poets.migrate.task.errors import BadInput, PoetsError
from poets.migrate.task.flags.preprocessing import add_calibrate_flag, add_preprocessing_flags, add_size_flag
from poets.migrate.task.flags.retrain import Parser, add_allow_ops_flag, add_output_flags
from poets.migrate.task.labelling.labelled_photos import labelled_photos
from poets.migrate.task.labelling.labels import find_photos

NAMES = ("savedmodel", "serving", "hub", "keras", "tflite", "onnx")
QUANTIZATIONS = ("float32", "dynamic", "float16", "int8")
REPRESENTATIVE_COUNT = 100  # photos; the TensorFlow Lite guide to post-training quantization asks for 100 to 500


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; exit codes: 0 all equal, 1 some not equal, 2 bad input."""
    flags = make_parser().parse_args(argv)
    return console.run_command(lambda: port(flags))


def make_parser() -> argparse.ArgumentParser:
    """The flags of `poets port`."""
    parser = Parser(
        prog="poets port", description="Port TensorFlow 1 networks, and verify that the ports give the same outputs."
    )
    parser.add_argument(
        "graphs",
        nargs="+",
        metavar="GRAPH",
        help="a frozen graph, a TF1 SavedModel's folder or a checkpoint; or a folder of them, or a glob pattern",
    )
    parser.add_argument("--output", required=True, metavar="DIR", help="folder for the ports and the report")
    parser.add_argument(
        "--labels", metavar="FILE", help="labels file, one label per line; default: the one beside the graph"
    )
    parser.add_argument("--to", default="savedmodel", metavar="TARGETS", help=f"comma-separated: {','.join(NAMES)}")
    parser.add_argument("--input_layer", help="name of the input node; default: found from the graph")
    parser.add_argument("--output_layer", help="name of the output node; default: found from the graph")
    parser.add_argument(
        "--backbone",
        metavar="GRAPH",
        help="for a checkpoint with only the last layer: the frozen graph of the network below it",
    )
    add_size_flag(parser)
    add_preprocessing_flags(parser)
    add_calibrate_flag(parser)
    parser.add_argument(
        "--probe",
        metavar="DIR",
        help="folder of photos for the comparison; default: seeded pictures, or painted flowers for lossy ports",
    )
    parser.add_argument(
        "--quantize",
        metavar="KINDS",
        help=f"quantizations for --to tflite, comma-separated: {','.join(QUANTIZATIONS)}; default: float32",
    )
    parser.add_argument(
        "--representative",
        action="append",
        default=[],
        metavar="DIR",
        help=(
            "folder of photos of the task, on which --quantize int8 calibrates activations: "
            f"{REPRESENTATIVE_COUNT} of them, evenly spread, are used; can be repeated"
        ),
    )
    add_allow_ops_flag(parser)
    parser.add_argument(
        "--keep", action="append", default=[], metavar="REWRITE", help="a rewrite to skip; can be repeated"
    )
    parser.add_argument(
        "--processes",
        type=int,
        metavar="N",
        help="number of worker processes, 2 or more; default: one per core, as far as memory allows",
    )
    add_output_flags(parser, "the report", "show what was rewritten, and why")
    return parser


def port(flags: argparse.Namespace) -> int:
    """Port as the flags ask.

    Raises: BadInput: no graph, an unknown target or quantisation, no photos although int8 needs them, or (for a
    single graph) a graph that cannot be ported. BrokenEnvironment: a package that a target needs is not installed.
    """
    targets = find_targets(flags.to, flags.quantize)
    if flags.processes is not None and flags.processes < pool.LEAST:
        raise BadInput(
            f"--processes {int(flags.processes)}: must be 2 or more, because one process verifies what another wrote"
        )
    if flags.backbone and not os.path.isfile(flags.backbone):
        raise BadInput(f"--backbone: no file '{flags.backbone}' here")
    options = options_of(flags)
    options.preprocessing()
    photos = find_representative(flags.representative, "tflite_int8" in targets)
    if "onnx" in targets:
        onnx_runner.need("tf2onnx", "onnxruntime")
    paths = find_graphs(flags.graphs)
    calibration = labelled_photos(flags.calibrate, "skip", console.warn)._asdict() if flags.calibrate else None
    jobs = [
        one_graph.Job(path, output, targets, of_head, flags.probe, photos, calibration)
        for path in paths
        for of_head, output in heads_of(path, options, output_of(path, paths, flags.output))
    ]
    outcomes = run_jobs(jobs, flags.processes or pool.processes_for(len(jobs)), flags.quiet)
    if len(jobs) == 1:
        return report_one(outcomes[0], flags)
    return report_many(jobs, outcomes, flags)


def options_of(flags: argparse.Namespace) -> ReadingOptions:
    """The reading options from the flags."""
    return ReadingOptions(**{name: getattr(flags, name) for name in ReadingOptions._fields if hasattr(flags, name)})


def find_targets(to: str, quantize: Optional[str]) -> List[str]:
    """The keys of `poets.migrate.port.targets.all_targets.TARGETS` from `--to` and `--quantize`, without duplicates.

    Raises:
        BadInput: an unknown name, no name, or a quantisation without a TFLite model.
    """
    names = _listed("--to", "target", to, NAMES)
    if quantize is None:
        return names
    kinds = _listed("--quantize", "quantisation", quantize, QUANTIZATIONS)
    if "tflite" not in names:
        raise BadInput(f"--quantize: requires --to tflite; given is --to {to}")
    made = ["tflite" if kind == "float32" else "tflite_" + kind for kind in kinds]
    return [name for name in names if name != "tflite"] + made


def _listed(flag: str, what: str, text: str, known: Sequence[str]) -> List[str]:
    names: List[str] = []
    for name in (word.strip() for word in text.split(",")):
        if name and name not in known:
            raise BadInput(f"{flag}: no {what} '{name}'; there are {', '.join(known)}")
        if name and name not in names:
            names.append(name)
    if not names:
        raise BadInput(f"{flag}: no {what}; there are {', '.join(known)}")
    return names


def find_representative(folders: List[str], needed: bool) -> List[str]:
    """Paths of at most REPRESENTATIVE_COUNT photos, evenly spread over the sorted photos below ``folders``.

    Raises:
        BadInput: photos are needed but missing, or given but not needed.
    """
    if not needed and folders:
        raise BadInput("--representative: only --quantize int8 measures activations on photos")
    if not needed:
        return []
    if not folders:
        raise BadInput("--quantize int8: needs photos to measure activations on; give --representative DIR")
    found = find_photos([os.path.expanduser(folder) for folder in folders], "skip", console.warn, "--representative")
    return probes.spread([path for path, _ in found], REPRESENTATIVE_COUNT)


def output_of(path: str, paths: List[str], output: str) -> str:
    """The output folder of one graph: ``output`` itself for a single graph, else a subfolder named like the graph."""
    if len(paths) == 1:
        return output
    above = os.path.commonpath([os.path.dirname(os.path.abspath(other)) for other in paths])
    return os.path.join(output, os.path.splitext(os.path.relpath(os.path.abspath(path), above))[0])


def heads_of(path: str, options: ReadingOptions, output: str) -> List[Tuple[ReadingOptions, str]]:
    """(options, output folder) of each head of a graph: a folder per output of a frozen graph with several."""
    heads: List[str] = []
    if options.output_layer is None and os.path.isfile(path) and path.endswith((".pb", ".pbtxt")):
        try:
            heads = find_heads(read_frozen(path))
        except PoetsError:
            pass  # whoever ports it says why
    if len(heads) < 2:
        return [(options, output)]
    short = [head.rsplit("/", 1)[0].replace("/", "_") for head in heads]
    names = short if len(set(short)) == len(short) else [head.replace("/", "_") for head in heads]
    return [(options._replace(output_layer=head), os.path.join(output, name)) for head, name in zip(heads, names)]


def run_jobs(jobs: List[one_graph.Job], processes: int, quiet: bool) -> List[Dict[str, Any]]:
    """Port what is not ported yet with ``processes`` processes; return each job's report or error."""
    with console.progress("porting", len(jobs), quiet) as advance:
        outcomes = [one_graph.finished(job) for job in jobs]
        advance(len(jobs) - outcomes.count(None))
        left = [job for job, earlier in zip(jobs, outcomes) if earlier is None]
        fresh = iter(pool.run_jobs(left, processes, lambda: advance(1)) if left else [])
        return [dict(earlier, skipped=True) if earlier is not None else next(fresh) for earlier in outcomes]


def report_one(outcome: Dict[str, Any], flags: argparse.Namespace) -> int:
    """Report a single graph's port, and return the exit code."""
    from poets.migrate.port import screen

    if "error" in outcome:
        console.say("error: " + outcome["error"])
        return int(outcome["exit_code"])
    if flags.json:
        console.write_json(flags.json, outcome)
    if not flags.quiet:
        screen.show_one(outcome, flags.verbose, sys.stderr if flags.json == "-" else sys.stdout)
    return 0 if outcome["verdict"] == "equal" else 1


def report_many(jobs: List[one_graph.Job], outcomes: List[Dict[str, Any]], flags: argparse.Namespace) -> int:
    """Report many graphs' ports, write `summary.json` into the output folder, and return the exit code."""
    from poets.migrate.port import screen

    good = [outcome.get("verdict") == "equal" for outcome in outcomes]
    summary = {
        "graphs": len(jobs),
        "equal": sum(good),
        "ports": [dict(outcome, graph=job.path) for job, outcome in zip(jobs, outcomes)],
    }
    os.makedirs(flags.output, exist_ok=True)
    console.write_json(os.path.join(flags.output, "summary.json"), summary)
    if flags.json:
        console.write_json(flags.json, summary)
    if not flags.quiet:
        screen.show_many(jobs, outcomes, sys.stderr if flags.json == "-" else sys.stdout)
    return 0 if all(good) else 1

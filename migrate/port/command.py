"""The command `poets port`: old graphs in; SavedModels and others out, each proven equal to what it came from."""

import argparse
import glob
import multiprocessing
import os
import sys
from typing import Any
from typing import Dict
from typing import List
from typing import Optional

from migrate import console
from migrate.port import one
from migrate.task.errors import BadInput
from migrate.task.flags import Parser
from migrate.task.flags import add_output_flags

NAMES = ("savedmodel", "hub", "keras", "tflite")


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command: 0 all equal, 1 some are not, 2 bad input."""
    flags = make_parser().parse_args(argv)
    return console.run_command(lambda: port(flags))


def make_parser() -> argparse.ArgumentParser:
    """The flags of `poets port`."""
    parser = Parser(prog="poets port", description="Port frozen TensorFlow 1 graphs, and prove the ports equal.")
    parser.add_argument("graphs", nargs="+", metavar="GRAPH", help="a frozen graph, a folder of them, or a pattern")
    parser.add_argument("--output", required=True, metavar="DIR", help="folder for what is written")
    parser.add_argument("--labels", metavar="FILE", help="the labels, one a line; default: found beside the graph")
    parser.add_argument("--to", default="savedmodel", metavar="TARGETS", help="comma-separated: %s" % ",".join(NAMES))
    parser.add_argument("--input_layer", help="name of the input node; default: found from the graph")
    parser.add_argument("--output_layer", help="name of the output node; default: found from the graph")
    parser.add_argument("--probe", metavar="DIR", help="photos to prove the ports on; default: seeded pictures")
    parser.add_argument("--allow_ops", nargs="+", default=[], metavar="OP",
                        help="ops that may reach outside the graph, or that TensorFlow does not know")
    parser.add_argument("--keep", action="append", default=[], metavar="REWRITE", help="a rewrite not to do")
    add_output_flags(parser, "the report", "say what was rewritten, and why")
    return parser


def port(flags: argparse.Namespace) -> int:
    """Port, as the flags say.

    Raises:
        BadInput: no graph, an unknown target, or (with a single graph) a graph that cannot be ported.
    """
    targets = [name.strip() for name in flags.to.split(",") if name.strip()]
    for name in targets:
        if name not in NAMES:
            raise BadInput("--to: no target '%s'; there are %s" % (name, ", ".join(NAMES)))
    if not targets:
        raise BadInput("--to: no target; there are %s" % ", ".join(NAMES))
    paths = find_graphs(flags.graphs)
    jobs = [one.Job(path, output_of(path, paths, flags.output), flags.labels, targets, flags.input_layer,
                    flags.output_layer, flags.allow_ops, flags.keep, flags.probe) for path in paths]
    outcomes = run_jobs(jobs, flags.quiet)
    if len(jobs) == 1:
        return tell_one(outcomes[0], flags)
    return tell_many(jobs, outcomes, flags)


def find_graphs(targets: List[str]) -> List[str]:
    """The graphs named: files as given, the `.pb` files below folders, what patterns match.

    Raises:
        BadInput: one that leads nowhere.
    """
    found: List[str] = []
    for target in targets:
        if os.path.isdir(target):
            below = sorted(os.path.join(folder, name) for folder, _, names in os.walk(target) for name in names
                           if name.endswith(".pb") and name != "saved_model.pb")
        else:
            below = [target] if os.path.exists(target) else sorted(glob.glob(target, recursive=True))
        if not below:
            raise BadInput("GRAPH: nothing at '%s'; name a frozen graph, a folder of them, or a pattern" % target)
        found.extend(path for path in below if path not in found)
    return found


def output_of(path: str, paths: List[str], output: str) -> str:
    """Where one graph's port goes: ``output`` itself for a single graph, else a folder each, named like its graph."""
    if len(paths) == 1:
        return output
    above = os.path.commonpath([os.path.dirname(os.path.abspath(other)) for other in paths])
    return os.path.join(output, os.path.splitext(os.path.relpath(os.path.abspath(path), above))[0])


def run_jobs(jobs: List[one.Job], quiet: bool) -> List[Dict[str, Any]]:
    """Run jobs through two processes, one that writes and one that proves what the other wrote: their outcomes.

    Each process imports TensorFlow once for all jobs, and while one graph is proved the next is written.
    """
    context = multiprocessing.get_context("spawn")
    outcomes: Dict[int, Dict[str, Any]] = {}
    with console.progress("porting", len(jobs), quiet) as advance, context.Pool(1) as writer, context.Pool(1) as prover:
        waiting = {}
        for place, job in enumerate(jobs):
            earlier = one.finished(job) if os.path.isfile(job.path) else None
            if earlier is not None:
                outcomes[place] = dict(earlier, skipped=True)
                advance(1)
            else:
                waiting[place] = writer.apply_async(one.write, (job,))
        proving = {}
        for place, writing in waiting.items():
            written = writing.get()
            if "error" in written:
                outcomes[place] = written
                advance(1)
            else:
                proving[place] = (written, prover.apply_async(one.prove, (jobs[place], written["targets"])))
        for place, (written, proof) in proving.items():
            outcomes[place] = one.settle(jobs[place], written, proof.get())
            advance(1)
    return [outcomes[place] for place in range(len(jobs))]


def tell_one(outcome: Dict[str, Any], flags: argparse.Namespace) -> int:
    """Report a single graph's port; the exit code."""
    from migrate.port import report

    if "error" in outcome:
        console.say("error: " + outcome["error"])
        return int(outcome["exit_code"])
    if flags.json:
        console.write_json(flags.json, outcome)
    if not flags.quiet:
        report.show_one(outcome, flags.verbose, sys.stderr if flags.json == "-" else sys.stdout)
    return 0 if outcome["verdict"] == "equal" else 1


def tell_many(jobs: List[one.Job], outcomes: List[Dict[str, Any]], flags: argparse.Namespace) -> int:
    """Report many graphs' ports, and write `summary.json` into the output folder; the exit code."""
    from migrate.port import report

    good = [outcome.get("verdict") == "equal" for outcome in outcomes]
    summary = {"graphs": len(jobs), "equal": sum(good),
               "ports": [dict(outcome, graph=job.path) for job, outcome in zip(jobs, outcomes)]}
    os.makedirs(flags.output, exist_ok=True)
    console.write_json(os.path.join(flags.output, "summary.json"), summary)
    if flags.json:
        console.write_json(flags.json, summary)
    if not flags.quiet:
        report.show_many(jobs, outcomes, sys.stderr if flags.json == "-" else sys.stdout)
    return 0 if all(good) else 1

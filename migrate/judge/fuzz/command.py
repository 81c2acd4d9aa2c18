"""The command `poets fuzz`."""

import argparse
import os
import shlex
import sys
from typing import Any, Dict, List, Optional

from poets.migrate import console
from poets.migrate.judge.flags import add_python_flags, add_timeout_flag
from poets.migrate.judge.fuzz import domains, search
from poets.migrate.judge.fuzz.sides import Sides, TwinWorkers
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable
from poets.migrate.task.flags.retrain import Parser, add_output_flags, add_resize_flag
from poets.migrate.task.networks.architectures import EMBEDDED
from poets.migrate.task.temporary import temporary_folder

FOLDER = "poets-fuzz"


def make_parser() -> argparse.ArgumentParser:
    """The flags of `poets fuzz`."""
    parser = Parser(
        prog="poets fuzz",
        description="Search for an input on which the twins differ beyond tolerance, and shrink it. Inputs found are "
        "kept and tried first in the next search.",
    )
    parser.add_argument("domains", nargs="*", metavar="DOMAIN", help=f"{', '.join(domains.DOMAINS)}; default: all")
    parser.add_argument("--examples", type=int, default=100, help="number of inputs tried per domain")
    parser.add_argument("--seed", type=int, default=0, help="seed of the search")
    parser.add_argument(
        "--output", metavar="DIR", default=FOLDER, help="folder for the inputs found; default: " + FOLDER
    )
    parser.add_argument("--replay", metavar="FILE", help="try only this kept input, or any photo")
    add_python_flags(parser)
    add_timeout_flag(parser, 120)
    add_resize_flag(parser)
    add_output_flags(parser, "what was found", "show what is being tried")
    return parser


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; return 0 if nothing differs, 1 if something does, 2 for bad input, 3 for the environment."""
    flags = make_parser().parse_args(argv)
    return console.run_command(lambda: fuzz(flags))


def fuzz(flags: argparse.Namespace) -> int:
    """Search as the flags ask, and report.

    Raises:
        BadInput: an unknown domain, a number out of range, or a file that cannot be replayed.
    """
    for name in flags.domains:
        if name not in domains.DOMAINS:
            raise BadInput(f"DOMAIN: no '{name}'; there are {', '.join(domains.DOMAINS)}")
    if flags.examples < 1 or not flags.timeout > 0:
        raise BadInput("--examples must be 1 or more and --timeout above 0")
    if not flags.replay:
        check_writable(os.path.join(flags.output, "found.json"), "--output")
    pair = TwinWorkers(lambda twin: open_worker(twin, flags))
    try:
        with temporary_folder() as folder:
            sides = Sides(pair.get, folder)
            if flags.replay:
                results = [search.DomainResult("replay", 1, _differing(search.replay(flags.replay, sides)))]
            else:
                results = _again(flags.output, sides) + _search(flags, sides)
    finally:
        pair.stop()
    if flags.json:
        console.write_json(flags.json, results_as_json(results))
    if not flags.quiet:
        show(results, sys.stderr if flags.json == "-" else sys.stdout)
    return 1 if any(result.found for result in results) else 0


def _differing(found: search.Found) -> Optional[search.Found]:
    return found if found.difference else None


def _again(folder: str, sides: Sides) -> List[search.DomainResult]:
    """Try again what was found before."""
    return [
        search.DomainResult("kept " + os.path.basename(path), 1, _differing(search.replay(path, sides)))
        for path in search.kept_in(folder)
    ]


def _search(flags: argparse.Namespace, sides: Sides) -> List[search.DomainResult]:
    results = []
    for name in flags.domains or list(domains.DOMAINS):
        with console.progress(name, flags.examples, flags.quiet) as advance:
            results.append(
                search.search(domains.DOMAINS[name], sides, flags.examples, flags.seed, flags.output, advance)
            )
    return results


def open_worker(twin: str, flags: argparse.Namespace) -> WorkerProcess:
    """A worker with the network that poets ships."""
    worker = WorkerProcess(twin, getattr(flags, twin + "_python"), flags.timeout)
    worker.call("open", architecture=EMBEDDED, model_dir="", **({"resize": flags.resize} if twin == "modern" else {}))
    return worker


def results_as_json(results: List[search.DomainResult]) -> Dict[str, Any]:
    """What was found, as JSON."""
    return {
        "differs": any(result.found for result in results),
        "domains": [
            dict(
                domain=result.domain,
                tried=result.tried,
                found=dict(result.found._asdict(), input=search.input_as_json(result.found.input))
                if result.found
                else None,
            )
            for result in results
        ],
    }


def show(results: List[search.DomainResult], file: Any) -> None:
    """Write a line per domain, and the command that reproduces a difference."""
    for result in results:
        if result.found is None:
            file.write(f"{result.domain}: {result.tried} tried, the twins agree\n")
            continue
        file.write(
            f"{result.domain}: the twins differ ({result.tried} tried)\n  on {result.found.words}\n  in "
            f"{result.found.difference}\n"
        )
        if result.found.file:
            file.write(f"  again: poets fuzz --replay {shlex.quote(result.found.file)}\n")

"""The command `poets monitor`: load, clocks, memory, temperatures and power, live or from a log of tegrastats."""

import argparse
import contextlib
import json
import signal
import sys
import threading
from typing import Any, Callable, Iterator, List, Optional

from poets.migrate import console
from poets.migrate.monitor import plain
from poets.migrate.monitor.sampler import Sampled, Sampler, summarize
from poets.migrate.monitor.sources import choose
from poets.migrate.monitor.sources.log import Recorder, read_log
from poets.migrate.monitor.sources.sample import Sample, sample_as_json
from poets.migrate.monitor.sources.tegrastats_format import format_line
from poets.migrate.monitor.summary import Summary, summarize_samples
from poets.migrate.task.errors import BadInput, BrokenEnvironment
from poets.migrate.task.files import check_writable
from poets.migrate.task.flags.retrain import Parser, add_output_flags
from poets.migrate.task.printable import printable

LIVE_INTERVAL_MS = 1000
LEAST_INTERVAL_MS = 10
WAIT_S = 0.2  # longest wait before Ctrl-C takes effect


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    parser = Parser(prog="poets monitor", description="Watch what the machine does, until Ctrl-C.")
    parser.add_argument(
        "--source", choices=choose.names(), default="auto", help="auto: the first of the others that is available here"
    )
    parser.add_argument(
        "--interval",
        type=int,
        metavar="MS",
        help=(
            f"milliseconds from sample to sample (live: {LIVE_INTERVAL_MS}); with --parse, those of a log whose lines "
            "have no times"
        ),
    )
    parser.add_argument("--samples", type=int, metavar="N", help="stop after N samples")
    parser.add_argument(
        "--record",
        metavar="FILE",
        help="append every tegrastats line to FILE; samples of other sources are written in the same format",
    )
    parser.add_argument("--parse", metavar="FILE", help="read a tegrastats log instead of sampling this machine")
    parser.add_argument("--summary", action="store_true", help="show only means, peaks and energy")
    parser.add_argument("--idle_mw", type=float, metavar="MW", help="power at rest, subtracted from the energy")
    add_output_flags(parser, "the samples (with --summary, the summary)", "show the cost of sampling")
    flags = parser.parse_args(argv)
    return console.run_command(lambda: parse(flags) if flags.parse else watch(flags))


def parse(flags: argparse.Namespace) -> int:
    """Show a log.

    Raises:
        BadInput: it holds no tegrastats line, or a flag makes no sense with a log.
    """
    _check(flags)
    if flags.record or flags.source != "auto":
        raise BadInput("--parse reads a log: --record and --source cannot be combined with it")
    log = read_log(flags.parse)
    for oddity in log.oddities:
        console.warn(oddity)
    samples = log.samples[: flags.samples]
    show = _shower(flags)
    for sample in samples:
        show(sample)
    seconds = [place * flags.interval / 1000 for place in range(len(samples))] if flags.interval else None
    _finish(flags, samples, summarize_samples(samples, seconds, flags.idle_mw))
    return 0


def watch(flags: argparse.Namespace) -> int:
    """Sample this machine until Ctrl-C, `--samples` or the end of the source.

    Raises:
        BadInput: a flag or file that cannot be used.
        BrokenEnvironment: the source is not available, or failed.
    """
    _check(flags)
    interval = flags.interval or LIVE_INTERVAL_MS
    chosen = choose.open_source(flags.source, interval)
    sampler = Sampler(chosen, interval)
    readings: List[Sampled] = []
    with contextlib.ExitStack() as stack:
        asked_to_stop = stack.enter_context(_signals_heard())
        record = _recorder(flags.record, chosen.name, stack)
        show = _view(flags, chosen.name, stack)
        stack.enter_context(sampler)
        for reading in _until(sampler, flags.samples, asked_to_stop):
            record(reading)
            show(reading)
            readings.append(reading)
        ended = sampler.finished
        for reading in sampler.stop()[len(readings) : flags.samples]:
            record(reading)
            readings.append(reading)
    _finish(flags, [reading.sample for reading in readings], summarize(readings, flags.idle_mw))
    if flags.verbose:
        _say_cost(sampler)
    if sampler.failure():
        raise BrokenEnvironment(sampler.failure())
    if ended:
        console.warn(f"{chosen.name} ended by itself after {len(readings)} samples")
    return 0


def _check(flags: argparse.Namespace) -> None:
    if flags.interval is not None and flags.interval < LEAST_INTERVAL_MS:
        raise BadInput(f"--interval: {int(flags.interval)} is below {LEAST_INTERVAL_MS} milliseconds")
    if flags.samples is not None and flags.samples < 1:
        raise BadInput(f"--samples: {int(flags.samples)} is below 1")
    if flags.json not in (None, "-"):
        check_writable(flags.json, "--json")


def _until(sampler: Sampler, count: Optional[int], asked_to_stop: Callable[[], bool]) -> Iterator[Sampled]:
    """Yield a sampler's readings as they come: ``count`` of them, or until its source ends or a stop is requested."""
    given = 0
    while not (sampler.finished or asked_to_stop()):
        for reading in sampler.take(WAIT_S):
            yield reading
            given += 1
            if given == count:
                return


@contextlib.contextmanager
def _signals_heard() -> Iterator[Callable[[], bool]]:
    """Ctrl-C, and SIGTERM as sent by `timeout`, only make the yielded function return True: no reading is cut off."""
    asked = threading.Event()
    before = [(number, signal.signal(number, lambda *_: asked.set())) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield asked.is_set
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _recorder(path: Optional[str], name: str, stack: contextlib.ExitStack) -> Callable[[Sampled], None]:
    """The function that records a reading: as tegrastats' own line, or as a line made from the sample."""
    if not path:
        return lambda reading: None
    recorder = Recorder(path)
    stack.callback(recorder.close)
    if name == "tegrastats":
        return lambda reading: recorder.write(reading.line or "")
    return lambda reading: recorder.write(format_line(reading.sample))


def _view(flags: argparse.Namespace, name: str, stack: contextlib.ExitStack) -> Callable[[Sampled], None]:
    """The function that shows a reading: in the live view on a terminal, otherwise as a line."""
    stream = _stream(flags)
    if flags.quiet or flags.summary or not stream.isatty():
        show = _shower(flags)
        return lambda reading: show(reading.sample)
    from poets.migrate.monitor.live import View

    return stack.enter_context(View(name, stream)).show


def _shower(flags: argparse.Namespace) -> Callable[[Sample], None]:
    """The function that shows a sample as a line; under `--json -` it shows nothing."""
    if flags.quiet or flags.summary or flags.json == "-":
        return lambda sample: None
    return lambda sample: print(printable(plain.sample_line(sample)), flush=True)


def _stream(flags: argparse.Namespace) -> Any:
    return sys.stderr if flags.json == "-" else sys.stdout


def _finish(flags: argparse.Namespace, samples: List[Sample], summary: Summary) -> None:
    """Write the summary as text and the output of --json."""
    if flags.json:
        console.write_out(
            flags.json, json.dumps(sample_as_json(summary if flags.summary else samples), indent=2) + "\n"
        )
    if flags.json != "-" and not flags.quiet:
        sys.stdout.write(printable("\n".join(plain.summary_lines(summary))) + "\n")


def _say_cost(sampler: Sampler) -> None:
    cost = sampler.cost()
    program_ms = plain.number(cost.program_s and cost.program_s * 1000)
    console.say(
        f"sampling took {cost.thread_s * 1000:.1f} ms of CPU, and its program {program_ms} ms, of {cost.seconds:.1f} s"
    )

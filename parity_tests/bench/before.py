"""Training steps per second of this checkout against another one's, in turns: what a change cost or brought."""

import os
from typing import Callable, Dict, List, NamedTuple

from parity_tests.bench.measures import STEPS, Data, flags_of, median_of
from parity_tests.bench.processes import Ran, retrain
from poets.migrate.task.errors import BadInput
from poets.migrate.task.stages import TWINS
from poets.migrate.task.worker.start import project_root

# how often a run evaluates and writes curves -> the flag's value
INTERVALS = {"evaluated every 10 steps": 10, "evaluated at its ends": STEPS}


class Compared(NamedTuple):
    twin: str
    evaluated: str
    """A key of INTERVALS."""
    before: float
    """Training steps per second of the other checkout, the median of its runs."""
    after: float
    """The same of this checkout."""


def compare(other: str, data: Data, rounds: int, say: Callable[[str], None]) -> List[Compared]:
    """Retrain with both checkouts in turns.

    Args:
        other: str, a folder with another version of this project, such as a `git worktree`.
        data: photos and network.
        rounds: int, runs of each twin, checkout and interval.
        say: called with one line per run.

    Raises:
        BadInput: the folder holds no such project.
        WorkerFailed: a run failed.
    """
    if not os.path.isfile(os.path.join(other, "poets", "__init__.py")):
        raise BadInput(f"--before: no poets/__init__.py in '{other}'; give a checkout, as `git worktree add` makes one")
    roots = {"before": os.path.abspath(other), "after": project_root()}
    absolute = data._replace(image_dir=os.path.abspath(data.image_dir), model_dir=os.path.abspath(data.model_dir))
    found = []
    for twin in TWINS:
        for evaluated, interval in INTERVALS.items():
            flags = flags_of(absolute, STEPS)
            flags += ["--eval_step_interval", str(interval)]
            runs: Dict[str, List[Ran]] = {name: [] for name in roots}
            for number in range(rounds):
                for name in sorted(roots, reverse=number % 2 == 0):  # A B, B A
                    say(f"{twin}, {evaluated}: {name}, {number + 1} of {rounds}")
                    runs[name].append(retrain(twin, flags, {}, root=roots[name]))
            before, after = (STEPS / median_of(runs[name], _training_seconds) for name in ("before", "after"))
            found.append(Compared(twin, evaluated, before, after))
    return found


def _training_seconds(run: Ran) -> float:
    return float(run.record["seconds"]["training"])


def in_words(found: List[Compared]) -> str:
    """One line per comparison."""
    lines = [f"training steps per second, before -> after ({STEPS} steps, with TensorFlow's tracing):"]
    for one in found:
        lines.append(
            f"  {one.twin:6}  {one.evaluated:24}  {one.before:6.0f} -> {one.after:6.0f}  {one.after / one.before:.2f}x"
        )
    return "\n".join(lines) + "\n"

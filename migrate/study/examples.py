"""`poets study --try`: run a lesson's examples of what breaks with the installed TensorFlow, in another process."""

import json
import re
import subprocess
import sys
import tempfile
from typing import List, NamedTuple, Sequence

from poets.migrate.study.lesson import Break, is_error
from poets.migrate.task.errors import BrokenEnvironment
from poets.migrate.task.worker.start import clean_environment, start_words

TIMEOUT_S = 300
TOLD_OF = "2.21"  # the TensorFlow whose messages the lessons quote


class Tried(NamedTuple):
    example: Break
    got: str
    """Python's output."""
    as_quoted: bool
    """Whether the output is the one that the lesson quotes."""


class ExampleOutput(NamedTuple):
    tensorflow: str
    """TensorFlow's version."""
    tried: List[Tried]
    """In the order of the examples."""


def attempt(examples: Sequence[Break]) -> ExampleOutput:
    """Run the examples one after another in one new Python.

    Raises:
        BrokenEnvironment: TensorFlow cannot be imported, or the process ended early.
    """
    # no example needs a GPU, and TensorFlow would take all of its memory
    environment = dict(clean_environment(), TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
    try:
        with tempfile.TemporaryDirectory() as folder:  # for files that an example saves, on an older TensorFlow
            run = subprocess.run(
                [sys.executable] + start_words("poets.migrate.study.run_examples"),
                env=environment,
                cwd=folder,
                input=json.dumps([one.code for one in examples]).encode("ascii"),
                timeout=TIMEOUT_S,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
    except subprocess.TimeoutExpired:
        raise BrokenEnvironment(f"the examples took over {TIMEOUT_S} seconds")
    if run.returncode:
        last = (run.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"])[-1]
        raise BrokenEnvironment(f"the examples cannot be run ({last}); `poets doctor` looks for the cause")
    said = json.loads(run.stdout.decode("utf-8").splitlines()[-1])
    tried = [Tried(one, got, matches(one.outcome, got)) for one, got in zip(examples, said["outcomes"])]
    return ExampleOutput(said["tensorflow"], tried)


def matches(told: str, got: str) -> bool:
    """Whether an outcome is what the lesson says; `...` matches anything. An error may be longer."""
    pattern = ".*?".join(re.escape(" ".join(piece.split())) for piece in told.split("..."))
    return re.match(pattern + ("" if is_error(told) else "$"), " ".join(got.split())) is not None

"""`poets study --try`: runs what a lesson says breaks with the TensorFlow at hand, in a process of its own."""

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
TOLD_OF = "2.21"  # the TensorFlow whose words the lessons have


class Tried(NamedTuple):
    example: Break
    got: str
    """What Python said."""
    as_told: bool


class ExampleOutput(NamedTuple):
    tensorflow: str
    """Its version."""
    tried: List[Tried]


def attempt(examples: Sequence[Break]) -> ExampleOutput:
    """Run them one after another in one new Python.

    Raises:
        BrokenEnvironment: TensorFlow cannot be imported, or the process ended early.
    """
    # none of them needs a GPU, and TensorFlow would take all of its memory
    environment = dict(clean_environment(), TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
    try:
        with tempfile.TemporaryDirectory() as folder:  # where what one saves on an older TensorFlow may lie
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
    """Whether an outcome is what the lesson tells; `...` in it stands for anything. An error may say more."""
    pattern = ".*?".join(re.escape(" ".join(piece.split())) for piece in told.split("..."))
    return re.match(pattern + ("" if is_error(told) else "$"), " ".join(got.split())) is not None

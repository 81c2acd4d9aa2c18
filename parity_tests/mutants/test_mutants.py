"""The judge against mutants of the modern twin: none above the published tolerances may survive.

28 mutants, or about 100 under POETS_THOROUGH=1.
"""

import os

import pytest

from parity_tests.fixtures.commands.judged_twins import Breakable, flowers_setup, known_flowers, no_progress
from parity_tests.mutants.mutations import STAGES, mutations
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.judge.twins import comparison

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]


def test_no_mutant_above_the_tolerances_survives(capsys):
    known, setup = known_flowers(), flowers_setup()
    killed = {stage: 0 for stage in STAGES}
    total = dict(killed)
    survivors, misnamed = [], []
    breakable = Breakable()
    try:
        with WorkerProcess("legacy", None, 300) as legacy:
            for mutation in mutations(os.environ.get("POETS_THOROUGH") == "1"):
                workers = {"legacy": legacy, "modern": breakable.with_fault(mutation.name)}
                verdict, _ = comparison.judge(setup, known, workers, no_progress)
                total[mutation.stage] += 1
                killed[mutation.stage] += bool(verdict.first_difference)
                if not verdict.first_difference:
                    survivors.append(mutation)
                elif verdict.first_difference != STAGES[mutation.stage][0]:
                    misnamed.append((mutation, verdict.first_difference))
    finally:
        breakable.stop()
    with capsys.disabled():
        print("\nmutants killed: " + ", ".join(f"{stage} {killed[stage]}/{total[stage]}" for stage in STAGES))
        print("survivors: " + ", ".join(f"{one.stage} {one.kind} {one.size:g} tolerances" for one in survivors))
    assert not [one for one in survivors if one.must_die]
    assert not misnamed

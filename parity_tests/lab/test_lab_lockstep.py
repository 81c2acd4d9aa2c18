"""The beginner lab's twins in lockstep, in two workers: alike to rounding, and every fault is found."""

import sys

import pytest

from parity_tests.fixtures import tiny
from parity_tests.fixtures.commands.lab import LAB
from poets.migrate.judge.lab import page
from poets.migrate.judge.lab.records import LabSetup
from poets.migrate.judge.lab.run import judge, train
from poets.migrate.judge.report import screen
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.lab.digits import read_digits
from poets.migrate.lab.schedule import make_lab_schedule


@pytest.fixture(scope="module")
def workers():
    """A worker of legacy, and one of modern that can be broken."""
    broken = f"{sys.executable} -m parity_tests.fixtures.workers.broken_mnist_worker"
    with WorkerProcess("legacy", None, 120) as legacy:
        with WorkerProcess("modern", broken, 120) as modern:
            yield legacy, modern


def compared(workers, found, lab, fault="none"):
    """The verdict on a training in these two workers."""
    setup = LabSetup("digits", found, lab, 0, list(tiny.TWINS), {}, {}, 120)
    schedule = make_lab_schedule(lab, len(found.images), 0)
    if fault != "none":
        workers[1].call("inject", fault=fault)
    ran = {side: train(worker, setup, schedule, "auto") for side, worker in zip(tiny.TWINS, workers)}
    if fault != "none":
        workers[1].call("inject", fault="none")
    return judge(setup, ran)


SHORT = LAB._replace(epochs=1, precision="float64")


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "lab",
    [
        SHORT._replace(layers="conv", epochs=2),
        SHORT._replace(hidden=512, dropout=0.0),
        SHORT._replace(batch_size=150, learning_rate=0.01),
    ],
)
def test_the_twins_in_lockstep(workers, drawn, lab):
    verdict = compared(workers, drawn, lab)
    assert verdict.parity, page.reason(verdict)
    assert all(one.difference.max_abs <= 1e-12 for one in verdict.parts)
    assert verdict.top1_agreement == 1.0 and verdict.first_step is None


@pytest.mark.tensorflow
def test_in_float32_the_first_steps_differ_by_rounding(workers, drawn):
    verdict = compared(workers, drawn, SHORT._replace(precision="float32"))
    assert verdict.parity, page.reason(verdict)
    assert 1e-9 < verdict.parts[0].difference.max_abs <= 2e-5
    assert [one.judged for one in verdict.parts] == ["max", "mean", "mean", "mean"]


@pytest.mark.tensorflow
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("place", [0, 1])
def test_identical_sides_are_exactly_alike(workers, drawn, precision, place):
    verdict = compared([workers[place]] * 2, drawn, SHORT._replace(precision=precision))
    assert [one.difference.max_abs for one in verdict.parts] == [0.0] * 4


@pytest.mark.tensorflow
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize(
    "fault, latest", [("epsilon", 2), ("no_dropout_scaling", 0), ("shuffled_labels", 0), ("order", 0), ("nan", 7)]
)
def test_a_fault_is_found_and_where_it_begins(workers, drawn, fault, latest, precision):
    verdict = compared(workers, drawn, SHORT._replace(precision=precision), fault)
    assert not verdict.parity and verdict.first_step <= latest
    assert page.reason(verdict).startswith("losses of the first 10 steps: ")
    assert "NO PARITY: losses of the first 10 steps" in " ".join(screen.as_text(page.page_of(verdict)).split())
    assert page.cases(verdict)[0].why


@pytest.mark.tensorflow
def test_fashion_mnist_in_lockstep(fashion, workers):
    found = read_digits(fashion)
    verdict = compared(workers, found._replace(images=found.images[:10000], labels=found.labels[:10000]), SHORT)
    assert verdict.parity, page.reason(verdict)
    assert verdict.steps == 313 and verdict.test_images == 10000
    assert 0.75 < verdict.accuracy["legacy"] == verdict.accuracy["modern"]
    assert all(0 < one.difference.max_abs <= 1e-12 for one in verdict.parts)

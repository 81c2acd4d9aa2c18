"""Where memory runs out: the batch halves, the numbers stay, the record tells what fitted, and one line says so."""

import json
import sys
from typing import List

import numpy as np
import pytest

from parity_tests.fixtures import small_memory, tiny
from parity_tests.fixtures import twins_text as screen
from parity_tests.fixtures.commands.judged_twins import flowers_setup, known_flowers
from poets.migrate import console
from poets.migrate.judge.compare.difference import measure
from poets.migrate.judge.sides import worker_process
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.judge.twins import command, comparison, record
from poets.migrate.judge.twins.measure_side import TwinsMeasured
from poets.migrate.task.errors import BadInput, BrokenEnvironment, OutOfMemory
from poets.migrate.task.resources import Resources

BROKEN = f"{sys.executable} -m parity_tests.fixtures.workers.broken_worker"


def fits(most):
    """A sum over rows that runs out of memory above ``most`` of them."""

    def compute(rows):
        if len(rows) > most:
            raise MemoryError("Unable to allocate 99 GiB")
        return np.sum(rows, axis=1, keepdims=True)

    return compute


def test_the_batch_halves_until_it_fits_and_stays_there():
    warnings: List[str] = []
    resources = Resources(warn=warnings.append)
    rows = np.arange(60.0).reshape(20, 3)
    for _ in range(2):
        np.testing.assert_array_equal(resources.map("bottlenecks", rows, fits(3)), rows.sum(axis=1, keepdims=True))
    assert [line.split("trying ")[1] for line in warnings] == ["10", "5", "2"]
    assert warnings[0] == "memory ran out: bottlenecks of 20 photos at once (Unable to allocate 99 GiB); trying 10"
    assert resources.used() == {
        "device": "auto",
        "devices": {},
        "batches": {"bottlenecks": 2},
        "halved": ["bottlenecks"],
    }


def test_what_fits_at_once_is_not_cut():
    resources = Resources()
    rows = np.ones((4, 2))
    seen = []

    def look(some):
        seen.append(some)
        return some

    resources.map("evaluation", rows, look)
    assert seen[0] is rows and resources.batches == {"evaluation": 4}


@pytest.mark.parametrize(
    "retry, most, words",
    [
        (True, 0, "of 1 photo at once (Unable to allocate 99 GiB); close other programs"),
        (False, 3, "of 20 photos at once (Unable to allocate 99 GiB); without --no_retry, fewer are tried"),
    ],
)
def test_what_does_not_fit_is_an_error_of_one_line(retry, most, words):
    with pytest.raises(OutOfMemory) as caught:
        Resources(retry=retry).map("bottlenecks", np.ones((20, 3)), fits(most))
    assert words in str(caught.value) and "\n" not in str(caught.value) and caught.value.exit_code == 3


def test_other_errors_are_nobodys_memory():
    with pytest.raises(ValueError):
        Resources().attempt("training", 8, lambda size: int("no number"))
    with pytest.raises(BadInput, match="--gpu_memory_mb: 0 is below 1"):
        Resources(gpu_memory_mb=0)


def test_a_worker_that_the_kernel_killed_for_memory_is_told_as_that(tmp_path, monkeypatch):
    path = tmp_path / "vmstat"
    path.write_text("pgfault 7\noom_kill 3\noom_kill_more 9\n")
    assert worker_process.kills_for_memory(str(path)) == 3
    assert worker_process.kills_for_memory(str(tmp_path / "none")) == 0
    monkeypatch.setattr(worker_process, "kills_for_memory", lambda: 3)
    words = {before: worker_process._how_it_ended(-9, before) for before in (2, 3)}
    assert words == {
        2: "killed by SIGKILL: memory ran out, and the kernel killed it",
        3: "killed by SIGKILL, as the kernel does when memory runs out",
    }
    assert worker_process._how_it_ended(137, 2).startswith("exit code 137: killed by SIGKILL: memory ran out")
    assert worker_process._how_it_ended(-15, 2) == "killed by SIGTERM"


@pytest.mark.tensorflow
@pytest.mark.parametrize("twin", tiny.TWINS)
def test_a_run_in_parts_ends_as_one_in_whole_batches(twin, tiny_task, both_trained, tmp_path, capsys):
    with small_memory.holds(twin, 4):
        run = tiny.retrain(twin, tiny_task, tmp_path, capsys=capsys)
    whole = both_trained[twin].record
    assert run.code == 0, run.message
    assert whole["batches"] == {"bottlenecks": 32, "training": 20, "evaluation": 42}
    assert run.record["batches"] == {"bottlenecks": 4, "training": 2, "evaluation": 2}
    said = [line for line in run.message.splitlines() if line.startswith("warning: memory ran out")]
    assert "bottlenecks of 32 photos at once (OOM when allocating tensor" in said[0] and "trying 16" in said[0]
    for ours, theirs in zip(tiny.head_of(twin, run.out), tiny.head_of(twin, both_trained[twin].out)):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-7)
    for key in ("test_accuracy", "misclassified", "bottlenecks_computed"):
        assert run.record[key] == whole[key], key
    for point, expected in zip(run.record["curve"], whole["curve"]):
        assert point == pytest.approx(expected, abs=1e-5)


@pytest.mark.tensorflow
@pytest.mark.parametrize("twin", tiny.TWINS)
@pytest.mark.parametrize("most, flags", [(4, ["--no_retry"]), (0, []), (0, ["--random_crop", "10"])])
def test_a_run_that_cannot_go_on_leaves_one_line(twin, most, flags, tiny_task, both_trained, tmp_path, capsys):
    kept = ["--bottleneck_dir", both_trained[twin].out + "/bottlenecks"] if "--random_crop" in flags else []
    with small_memory.holds(twin, most):
        run = tiny.retrain(twin, tiny_task, tmp_path, *(flags + kept), capsys=capsys)
    assert run.code == 3 and run.record is None
    errors = [line for line in run.message.splitlines() if not line.startswith("warning: ")]
    assert errors[-1].startswith("error: memory ran out: bottlenecks of ") and "Traceback" not in run.message
    assert not [name for name in ("graph.pb", "graph", "graph.keras", "labels.txt") if (tmp_path / name).exists()]


@pytest.mark.tensorflow
@pytest.mark.parametrize("twin", tiny.TWINS)
def test_distorted_training_in_parts(twin, tiny_task, both_trained, tmp_path):
    flags = (
        "--random_crop",
        "20",
        "--how_many_training_steps",
        "3",
        "--train_batch_size",
        "8",
        "--quiet",
        "--bottleneck_dir",
        both_trained[twin].out + "/bottlenecks",
    )
    whole = tiny.retrain(twin, tiny_task, tmp_path / "whole", *flags)
    with small_memory.holds(twin, 5):
        parts = tiny.retrain(twin, tiny_task, tmp_path / "parts", *flags)
    assert [whole.code, parts.code] == [0, 0]
    assert [parts.record["batches"][work] for work in ("bottlenecks", "training")] == [4, 4]
    for ours, theirs in zip(tiny.head_of(twin, parts.out), tiny.head_of(twin, whole.out)):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-7)


@pytest.mark.tensorflow
def test_memory_that_runs_out_midway_costs_no_step(monkeypatch):
    """Keras's call of many steps fails in the 7th: steps are done again, in parts, and none is reported twice."""
    from poets.migrate.task.training.schedule import Schedule
    from poets.migrate.tensorflow_library.keras_in_parts import train_in_parts
    from poets.migrate.tensorflow_library.version2 import keras, tf
    from poets.modern.head import build_head
    from poets.modern.train import cached_batches, train

    random = np.random.RandomState(0)
    features, labels = random.normal(size=(40, 6)).astype(np.float32), random.randint(3, size=40)
    none = np.zeros((0, 0), np.int32)
    schedule = Schedule(
        random.normal(size=(6, 3)).astype(np.float32),
        np.zeros(3, np.float32),
        random.randint(40, size=(20, 8)).astype(np.int32),
        none,
        none,
        0.1,
        20,
    )

    def trained(resources):
        done: List[int] = []
        head = build_head(schedule.weights, schedule.biases)
        batches = cached_batches(features, labels, 3, schedule.train)
        found = train_in_parts(train, head, batches, schedule, resources, done.append, stop_every=5)
        assert done == sorted(set(done)) and done[-1] == 19
        return found

    whole = trained(Resources())
    real, calls = keras.Sequential.__call__, tf.Variable(0)

    def fails_at_seven(head, inputs, *arguments, **options):
        if len(inputs.shape) != 2 or not tf.is_tensor(inputs):
            return real(head, inputs, *arguments, **options)
        whole = tf.shape(inputs)[0] == 8
        step = calls.assign_add(tf.cast(whole, tf.int32))
        side = tf.where(tf.logical_and(whole, step == 7), small_memory.HUGE, 0)
        return real(head, inputs + tf.reduce_sum(tf.fill([side, side], 0.0)), *arguments, **options)

    monkeypatch.setattr(keras.Sequential, "__call__", fails_at_seven)
    resources = Resources()
    parts = trained(resources)
    assert resources.batches == {"training": 4}
    for ours, theirs in zip(parts, whole):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


@pytest.mark.tensorflow
def test_the_judge_goes_on_with_smaller_batches_and_tells():
    known, setup = known_flowers(), flowers_setup()
    with WorkerProcess("legacy", None, 300) as legacy, WorkerProcess("modern", BROKEN, 300) as modern:
        workers = {"legacy": legacy, "modern": modern}
        modern.call("inject", fault="out_of_memory_above_4")
        verdict, _ = comparison.judge(setup, known, workers, console.progress, TwinsMeasured())
        modern.call("inject", fault="out_of_memory_above_0")
        with pytest.raises(BrokenEnvironment, match="modern: memory ran out: bottlenecks of 1 photo at once"):
            modern.call("features", indices=list(range(8)))
        # another final layer, as the function for the old one is compiled by now
        modern.call("set_head", {"weights": np.zeros((110, 3), np.float32), "biases": np.zeros(3, np.float32)})
        with pytest.raises(BrokenEnvironment, match="modern: out of memory in 'label_times' .OOM when allocating"):
            modern.call("label_times", indices=[0])
    assert verdict.parity
    ran = record.as_json(verdict)["ran"]
    assert ran["modern"]["batches"] == {"bottlenecks": 4, "training": 3, "evaluation": 3}
    assert ran["legacy"]["halved"] == [] and ran["modern"]["halved"] == ["bottlenecks", "training", "evaluation"]
    assert "its memory ran out: bottlenecks of 4 photos at once, training of 3" in screen.as_text(verdict)


def test_what_was_measured_before_memory_ran_out_is_kept(monkeypatch, tmp_path, capsys):
    def run(setup, known, say, progress, so_far):
        so_far.stages["decode"] = measure([np.zeros(3)], [np.zeros(3)], 0.0)
        raise OutOfMemory("modern: memory ran out")

    monkeypatch.setattr(command, "run", run)
    assert command.main(["--json", str(tmp_path / "verdict.json")]) == 3
    assert capsys.readouterr().err.splitlines()[-2:] == ["incomplete: decode ok", "error: modern: memory ran out"]
    assert json.loads((tmp_path / "verdict.json").read_text())["verdict"] == "incomplete"


IN_PARTS = """
import json, os, pathlib, sys, tempfile
import numpy as np
from parity_tests.fixtures import small_memory, tiny
folder = pathlib.Path(tempfile.mkdtemp())
os.environ["POETS_CACHE_DIR"] = str(folder / "cache")
tiny.write_task(folder)
found = {}
for twin in sys.argv[1:]:
    whole = tiny.retrain(twin, folder, folder / ("whole_" + twin), "--quiet")
    with small_memory.holds(twin, 4):
        parts = tiny.retrain(twin, folder, folder / ("parts_" + twin), "--quiet", "--device", "cpu",
                             "--gpu_memory_mb", "512")
    gap = max(np.abs(ours - theirs).max() for ours, theirs in zip(tiny.head_of(twin, parts.out),
                                                                  tiny.head_of(twin, whole.out)))
    found[twin] = {"gap": float(gap), "batches": parts.record["batches"], "devices": parts.record["devices"],
                   "no_gpu": tiny.retrain(twin, folder, folder / "none", "--quiet", "--device", "gpu").code}
print(json.dumps(found))
"""


@pytest.mark.tensorflow
@pytest.mark.interpreters
@pytest.mark.slow
@pytest.mark.parametrize("interpreter, twins", [("tf1_python", ["legacy"]), ("tx2_python", ["legacy", "modern"])])
def test_old_tensorflow_halves_and_names_devices_alike(interpreter, twins, request):
    words = tiny.run_python(IN_PARTS, *twins, python=request.getfixturevalue(interpreter))
    found = json.loads(words.splitlines()[-1])
    for twin in twins:
        assert found[twin]["batches"] == {"bottlenecks": 4, "training": 2, "evaluation": 2}
        assert found[twin]["gap"] <= 1e-7
        assert set(found[twin]["devices"]) == {"bottlenecks", "training"}
        assert all(device.endswith("/device:CPU:0") for device in found[twin]["devices"].values())
        assert found[twin]["no_gpu"] == 3

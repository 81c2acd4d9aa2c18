"""What a worker may answer wrongly is its fault, named as such: exit code 4, never a fault of the judge's."""

import os
import resource
import sys
import threading

import pytest

from parity_tests.fixtures.workers import odd_worker
from poets.migrate.judge.sides.one_at_a_time import merged
from poets.migrate.judge.sides.worker_process import LAST_LINES, LINE_BYTES, WorkerProcess
from poets.migrate.task.errors import WorkerFailed

READ = {"hello": "tensorflow", "features": "seconds", "label_times": "seconds", "train": "seconds", "look": "labels"}


def started(name, timeout=60.0):
    return WorkerProcess("modern", f"'{sys.executable}' '{os.path.abspath(odd_worker.__file__)}' {name}", timeout)


@pytest.mark.parametrize("name", sorted(odd_worker.ANSWERS))
def test_an_odd_answer_is_the_workers_fault(name):
    call = odd_worker.ANSWERS[name][0]
    with started(name) as worker:
        with pytest.raises(WorkerFailed) as caught:
            result, arrays = worker.call(call, indices=[0, 1])
            assert result[READ[call]] and arrays["features"] is None
    assert caught.value.exit_code == 4
    assert str(caught.value).startswith(f"the modern worker answered '{call}' with")


def test_an_answer_that_comes_unasked_does_not_shift_the_next():
    with started("twice") as worker:
        assert worker.call("hello")[0]["pid"] == 1
        with pytest.raises(WorkerFailed, match="an answer to its request 1, while request 2 was waiting"):
            worker.call("hello")


def test_a_part_that_is_missing_is_named_also_when_two_processes_of_one_worker_are_merged():
    with started("no_tensorflow") as worker:
        found = worker.call("hello")[0]
        assert found["pid"] == 1 and found.get("tensorflow") is None
        with pytest.raises(WorkerFailed, match="answered 'hello' without 'tensorflow'"):
            merged({"pid": 2}, found)["tensorflow"]


def test_endless_words_do_not_fill_the_judges_memory():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with started("endless_words") as worker:
        threading.Event().wait(3)
        worker.kill()
        assert sum(map(len, worker.last_lines)) <= LAST_LINES * LINE_BYTES
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024  # it is in kB

"""The painted flowers and the workers that the tests of a file share."""

import pytest

from parity_tests.fixtures.commands.judged_twins import Breakable, flowers_setup, known_flowers
from poets.migrate.judge.sides.worker_process import WorkerProcess


@pytest.fixture(scope="module")
def known():
    return known_flowers()


@pytest.fixture(scope="module")
def setup():
    return flowers_setup()


@pytest.fixture(scope="module")
def legacy():
    with WorkerProcess("legacy", None, 300) as worker:
        yield worker


@pytest.fixture(scope="module")
def breakable():
    found = Breakable()
    yield found
    found.stop()

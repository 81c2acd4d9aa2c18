"""The painted flowers and the workers that the tests of a file share."""

import pytest

from parity_tests.fixtures.commands.judged_twins import BROKEN, FLAGS, Breakable
from poets.migrate.demo.embedded import flowers_folder
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.judge.twins import command, comparison
from poets.migrate.task.flags.retrain import training_settings_of
from poets.migrate.task.networks.architectures import EMBEDDED
from poets.migrate.task.photos.survey import survey


@pytest.fixture(scope="module")
def known():
    return survey(flowers_folder(), 10, 10, "fail", lambda message: None, command.EMBEDDED_FOLDER)


@pytest.fixture(scope="module")
def setup():
    flags = command.make_parser().parse_args(FLAGS)
    return comparison.TwinsSetup(
        flowers_folder(),
        command.EMBEDDED_FOLDER,
        EMBEDDED,
        "",
        {"legacy": None, "modern": BROKEN},
        {"legacy": {}, "modern": {}},
        300.0,
        flags.ladder_photos,
        flags.rounds,
        training_settings_of(flags),
    )


@pytest.fixture(scope="module")
def legacy():
    with WorkerProcess("legacy", None, 300) as worker:
        yield worker


@pytest.fixture(scope="module")
def breakable():
    found = Breakable()
    yield found
    found.stop()

"""Which stage brings how much of the difference between the twins, with one fault and with two."""

import sys

import numpy as np
import pytest

from poets.migrate.demo.embedded import flowers_folder
from poets.migrate.judge.compare import attribution
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.judge.twins import command
from poets.migrate.task.networks.architectures import EMBEDDED

pytestmark = pytest.mark.tensorflow

BROKEN = f"{sys.executable} -m parity_tests.fixtures.workers.broken_worker"
PHOTOS = list(range(0, 390, 17))


@pytest.fixture(scope="module")
def workers():
    with WorkerProcess("legacy", None, 300) as legacy, WorkerProcess("modern", BROKEN, 300) as modern:
        for worker in (legacy, modern):
            worker.call(
                "look",
                image_dir=flowers_folder(),
                testing_percentage=10,
                validation_percentage=10,
                on_bad_image="fail",
                hash_as=command.EMBEDDED_FOLDER,
            )
        yield {"legacy": legacy, "modern": modern}


def attributed(workers, faults, **options):
    workers["modern"].call("inject", fault=faults)
    random = np.random.RandomState(1)
    weights, biases = random.normal(0, 0.1, (110, 5)).astype(np.float32), np.zeros(5, np.float32)
    for twin, worker in workers.items():
        worker.call("open", architecture=EMBEDDED, model_dir="", **(options if twin == "modern" else {}))
        worker.call("set_head", {"weights": weights, "biases": biases})
    return attribution.attribute([workers["legacy"], workers["modern"]], PHOTOS)


def shares(found):
    return {part.stage: part.mean_abs for part in found.parts}


def check_adds_up(found):
    assert found.photos == len(PHOTOS)
    total = sum(part.mean_abs for part in found.parts) + found.leftover.mean_abs
    assert found.whole.mean_abs <= total * (1 + 1e-6)
    assert sum(part.flipped for part in found.parts) + found.leftover.flipped == found.whole.flipped


def test_twins_that_agree_have_nothing_to_attribute(workers):
    found = attributed(workers, "none")
    check_adds_up(found)
    assert found.whole.mean_abs < 1e-5 and found.whole.flipped == 0


def test_tf2_resize_is_put_on_resize(workers):
    found = attributed(workers, "none", resize="tf2")
    check_adds_up(found)
    assert attribution.ranked(found)[0].stage == "resize"
    assert shares(found)["resize"] > 0.99 * found.whole.mean_abs
    assert found.whole.flipped == dict((part.stage, part.flipped) for part in found.parts)["resize"]


@pytest.mark.parametrize(
    "faults, options, order",
    [
        ("mean_std", {"resize": "tf2"}, ["normalize", "resize"]),
        ("bgr+network_weight", {}, ["decode", "bottleneck"]),
    ],
)
def test_two_faults_are_ranked_by_what_each_does_alone(workers, faults, options, order):
    alone = {}
    for fault, option, stage in zip(faults.split("+") + ["none"], [{}] * len(faults.split("+")) + [options], order):
        alone[stage] = attributed(workers, fault, **option).whole.mean_abs
    found = attributed(workers, faults, **options)
    check_adds_up(found)
    assert [part.stage for part in attribution.ranked(found)[:2]] == sorted(alone, key=lambda stage: -alone[stage])
    for stage in order:
        assert shares(found)[stage] == pytest.approx(alone[stage], rel=1e-3)

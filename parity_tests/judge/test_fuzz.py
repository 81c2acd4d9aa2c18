"""`poets fuzz`: agreeing twins, every fault found and made small, what was found kept and tried again."""

import json
import os
import sys

import pytest
from hypothesis import given, settings

from poets.migrate import cli
from poets.migrate.judge.fuzz import domains, pictures, search
from poets.migrate.judge.fuzz.sides import Sides, TwinWorkers
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.task.networks.architectures import EMBEDDED
from poets.migrate.task.photos.image_headers import BadPhoto, check_photo

BROKEN = f"{sys.executable} -m parity_tests.fixtures.workers.broken_worker"

# fault -> the domain that finds it, and what the difference is said to be in
FOUND = {
    "mean_std": ("pictures", "normalize"),
    "bgr": ("pictures", "decode"),
    "network_weight": ("pictures", "bottleneck"),
    "nan": ("pictures", "features: modern has 1 NaN"),
    "wrong_shape": ("pictures", "features: shapes differ"),
    "writes_garbage": ("pictures", "the modern worker ended"),
    "renamed_class": ("folders", "modern names the classes"),
    "swapped_labels": ("folders", "modern puts photos into other classes"),
    "resplits": ("folders", "modern |legacy refuses it"),  # as the folder's path splits its photos
    "ignores_a_flag": ("flags", "legacy "),
    "swapped_in_training": ("trainings", "losses"),
    "head_weight": ("trainings", "weights"),
    "learning_rate": ("trainings", "weights"),
    "dies": ("trainings", "the modern worker ended"),
    "hangs": ("trainings", "the modern worker ended"),
}

HANGING = 8  # seconds


class Faulty:
    """Both twins, modern with a fault that is had again after a restart."""

    def __init__(self):
        self.fault = "none"
        self.pair = TwinWorkers(self.start)

    def start(self, twin):
        worker = WorkerProcess(twin, BROKEN if twin == "modern" else None, 300)
        if twin == "modern":
            worker.call("inject", fault=self.fault)
        worker.call("open", architecture=EMBEDDED, model_dir="")
        worker.timeout = HANGING if self.fault == "hangs" else 300
        return worker

    def with_fault(self, fault, folder):
        self.fault = fault
        worker = self.pair.get("modern")
        worker.call("inject", fault=fault)
        worker.call("open", architecture=EMBEDDED, model_dir="")
        worker.timeout = HANGING if fault == "hangs" else 300
        return Sides(self.pair.get, str(folder))


@pytest.fixture(scope="module")
def faulty():
    found = Faulty()
    yield found
    found.pair.stop()


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "domain",
    [
        pytest.param(name, marks=[pytest.mark.slow, pytest.mark.thorough]) if name == "flags" else name
        for name in sorted(domains.DOMAINS)
    ],
)
def test_the_twins_agree_on_whatever_is_drawn(faulty, tmp_path, domain):
    sides = faulty.with_fault("none", tmp_path)
    found = search.search(domains.DOMAINS[domain], sides, 12, 1, None)
    assert found.found is None and found.tried >= 10  # of 12: old hypothesis counts what it draws twice


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize("fault", sorted(FOUND))
def test_every_fault_is_found(faulty, tmp_path, fault):
    domain, words = FOUND[fault]
    sides = faulty.with_fault(fault, tmp_path)
    examples = 40 if domain == "flags" else 12
    found = search.search(
        domains.DOMAINS[domain], sides, examples, 0, None, shrinks=5, ending_seconds=15 if fault == "dies" else 0
    ).found
    assert found is not None and any(one in found.difference for one in words.split("|"))


@pytest.mark.tensorflow
@pytest.mark.slow
def test_tf2_resize_shrinks_to_a_picture_of_two_pixels_that_is_kept_and_tried_first(tmp_path, capsys):
    out = str(tmp_path / "found")
    argv = ["fuzz", "pictures", "--resize", "tf2", "--examples", "40", "--output", out]
    assert cli.main(argv) == 1
    text = capsys.readouterr().out
    assert "1 x 2 PNG" in text or "2 x 1 PNG" in text
    assert "in resize: " in text
    (recipe,) = search.kept_in(out)
    assert f"again: poets fuzz --replay {recipe}" in text
    picture = recipe[: -len("json")] + "png"
    assert cli.main(["fuzz", "--replay", picture, "--resize", "tf2"]) == 1
    assert cli.main(["fuzz", "--replay", recipe]) == 0
    capsys.readouterr()
    report = str(tmp_path / "report.json")
    assert (
        cli.main(
            ["fuzz", "folders", "--examples", "1", "--output", out, "--resize", "tf2", "--quiet", "--json", report]
        )
        == 1
    )
    with open(report, encoding="utf-8") as file:
        kept, folders = json.load(file)["domains"]
    assert kept["domain"] == "kept " + os.path.basename(recipe) and kept["found"] and folders["found"] is None


@settings(max_examples=150, deadline=None, derandomize=True)
@given(picture=pictures.pictures().filter(lambda picture: picture.width * picture.height < 200000))
def test_every_recipe_makes_a_file_that_is_of_its_kind_or_refused_by_name(picture):
    data = pictures.encode(picture)
    try:
        photo = check_photo(data, "picture." + picture.format)
    except BadPhoto as error:
        assert picture.cut or picture.mode in ("CMYK", "I;16") or picture.format in ("bmp", "gif"), str(error)
    else:
        assert (photo.width, photo.height) == (picture.width, picture.height)
    assert str(picture.width) in pictures.in_words(picture)


@pytest.mark.parametrize(
    "argv, words",
    [
        (["photos"], "DOMAIN: no 'photos'; there are pictures, folders, trainings, flags"),
        (["--examples", "0"], "--examples must be 1 or more"),
        (["--replay", "nowhere.json"], "--replay: cannot read nowhere.json"),
        (["--replay", __file__.replace("test_fuzz.py", "parity.svg") + ".json"], "--replay: cannot read"),
    ],
)
def test_mistakes_are_one_line(argv, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["fuzz"] + argv) == 2
    err = capsys.readouterr().err.strip()
    assert words in err and len(err.splitlines()) == 1

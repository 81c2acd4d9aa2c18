"""`poets parity --seeds K`: each twin trained on its own, and what is concluded from it."""

import io
import json
import os

import numpy as np
import pytest
from rich.console import Console

from parity_tests.fixtures import tiny
from parity_tests.fixtures.twins_text import as_text
from poets.migrate.judge.compare import difference, free_training, lockstep
from poets.migrate.judge.compare.statistics import Equivalence
from poets.migrate.judge.report import free_lines, screen
from poets.migrate.judge.twins import command, comparison, record
from poets.migrate.task.errors import BadInput, BrokenEnvironment
from poets.migrate.task.photos.image_lists import ImageLists, Photo

pytest.importorskip("scipy")

LABELS = ["daisy", "kale", "moss"]


def lists_of(truth):
    """Test photos of these classes, after one that was trained on."""
    photos = [Photo("photos/seen.jpg", 0, "training")]
    return ImageLists(
        "photos", LABELS, photos + [Photo(f"photos/{place}.jpg", label, "testing") for place, label in enumerate(truth)]
    )


def sure_of(*trainings):
    """float32 [K, n, 3]: probabilities that name these classes."""
    return np.eye(3, dtype=np.float32)[np.array(trainings)] * 0.8 + 0.05


def compared(legacy, modern, truth, margin=0.02):
    return free_training.compare({"legacy": sure_of(*legacy), "modern": sure_of(*modern)}, lists_of(truth), 7, margin)


TRUTH = [0, 0, 1, 1]
ALL, THREE, TWO = [0, 0, 1, 1], [0, 0, 1, 2], [0, 1, 1, 2]  # answers, as many right as the name says


@pytest.mark.parametrize("random_seed", [0, 5, 2**32 - 1])
def test_no_two_trainings_share_a_seed_and_more_of_them_keep_the_first_ones(random_seed):
    legacy, modern = (free_training.seeds_of(twin, random_seed, 6) for twin in tiny.TWINS)
    assert len(set(legacy + modern + [random_seed])) == 13
    assert all(0 <= seed < 2**32 for seed in legacy + modern)
    assert free_training.seeds_of("modern", random_seed, 4) == modern[:4]


def test_accuracies_are_one_a_seed():
    found = compared([ALL, THREE], [TWO, THREE], TRUTH)
    assert found.n == 4
    assert found.accuracies == {"legacy": [1.0, 0.75], "modern": [0.5, 0.75]}
    assert found.seeds == {"legacy": [8, 10], "modern": [9, 11]}
    assert found.equivalence.difference == pytest.approx(-0.25)
    assert found.conclusion == "not shown to be equivalent within 2 points, which is not the same as different"


def test_one_seed_has_no_variance_and_that_is_said():
    found = compared([ALL], [THREE], TRUTH)
    assert found.equivalence is None
    assert found.conclusion == "equivalence within 2 points not tested: it needs --seeds 2 or more"
    assert found.mcnemar_p == 1.0 and found.only_right == {"legacy": 1, "modern": 0}


@pytest.mark.parametrize(
    "modern, margin, conclusion",
    [
        (ALL, 0.02, "equivalent within 2 points"),
        (ALL, 0.01, "equivalent within 1 point"),
        (THREE, 0.3, "equivalent within 30 points"),
        (THREE, 0.025, "not shown to be equivalent within 2.5 points, which is not the same as different"),
    ],
)
def test_seeds_that_all_score_alike_are_judged_by_the_margin(modern, margin, conclusion):
    assert compared([ALL] * 3, [modern] * 3, TRUTH, margin).conclusion == conclusion


def test_the_conclusion_turns_at_five_percent():
    within = Equivalence(0.0, (-0.019, 0.019), 0.049)
    assert free_training.conclude(within, 0.02) == "equivalent within 2 points"
    assert free_training.conclude(within._replace(p_value=0.05), 0.02).startswith("not shown")


def test_the_vote_is_the_majoritys_and_of_a_draw_the_surer_class():
    few = np.array([[[0.6, 0.4, 0.0]], [[0.6, 0.4, 0.0]], [[0.0, 0.9, 0.1]]], np.float32)
    assert free_training.vote(few).tolist() == [0]  # two of three, though the mean is for class 1
    assert free_training.vote(few[1:]).tolist() == [1]


def test_mcnemar_counts_each_photo_once_however_many_seeds():
    once, often = (compared([ALL] * count, [THREE] * count, TRUTH) for count in (1, 9))
    assert once.only_right == often.only_right and once.mcnemar_p == often.mcnemar_p


def test_disagreeing_photos_are_named_with_both_answers():
    found = compared([ALL], [TWO], TRUTH)
    assert [tuple(photo) for photo in found.disagreeing] == [
        ("photos/1.jpg", "daisy", "daisy", "kale"),
        ("photos/3.jpg", "kale", "kale", "moss"),
    ]


def test_precision_and_recall_are_counted_and_undefined_where_there_is_nothing_to_count():
    found = {scores.label: scores for scores in compared([ALL], [TWO], TRUTH).classes}
    assert found["daisy"].recall == {"legacy": 1.0, "modern": 0.5}
    assert found["kale"].precision == {"legacy": 1.0, "modern": 0.5}
    assert found["moss"].photos == 0
    assert found["moss"].precision == {"legacy": None, "modern": 0.0}
    assert found["moss"].recall == {"legacy": None, "modern": None}


def text_of(found, verbose=False):
    """What the screen shows of free training."""
    console = Console(width=80, color_system=None, record=True, file=io.StringIO())
    for section in free_lines.free_sections(found):
        console.print(*screen.section_parts(section, verbose), sep="\n")
    return console.export_text()


def test_the_screen_shows_means_ranges_and_the_conclusion():
    lines = text_of(compared([ALL, THREE], [TWO, THREE], TRUTH)).rstrip().splitlines()
    assert len(lines) == 5 and max(map(len, lines)) <= 80
    assert "legacy 87.5 % [75.0...100.0], modern 62.5 % [50.0...75.0]" in lines[1]
    assert "difference -25.0 points, 90 % [" in lines[2] and "TOST p = " in lines[2]
    assert "not shown to be equivalent" in lines[3]
    assert "vote: legacy 100.0 %, modern 75.0 %; McNemar p = 1; answers that differ: 1" in lines[4]


def test_more_shows_the_classes_the_seeds_and_the_photos():
    text = text_of(compared([ALL], [TWO], TRUTH), verbose=True)
    row = next(line for line in text.splitlines() if line.startswith("moss"))
    assert row.split() == ["moss", "0", "-", "0.0", "%", "-", "-"]
    assert "modern, seed: accuracy: 9: 50.0 %" in text
    assert "photos/3.jpg: kale; legacy says kale, modern moss" in text


@pytest.mark.parametrize(
    "flags, word",
    [
        (["--seeds", "-1"], "--seeds must be 0 or more"),
        (["--margin", "0"], "--margin above 0"),
        (["--margin", "nan"], "--margin above 0"),
        (["--margin", "101"], "at most 100"),
        (["--seeds", "2", "--testing_percentage", "0"], "--testing_percentage 0 leaves none"),
    ],
)
def test_flags_that_cannot_be_meant_are_refused(flags, word):
    with pytest.raises(BadInput, match=word):
        command.parity(command.make_parser().parse_args(flags))


def test_a_missing_scipy_is_told_before_any_training(monkeypatch):
    def missing():
        raise BrokenEnvironment("no scipy")

    monkeypatch.setattr(command, "import_scipy_special", missing)
    with pytest.raises(BrokenEnvironment, match="no scipy"):
        command.parity(command.make_parser().parse_args(["--seeds", "2"]))


@pytest.fixture(scope="module")
def free_run(tiny_task, tmp_path_factory):
    """The folder that `poets parity --seeds 3` kept, and what it printed."""
    kept = tmp_path_factory.mktemp("free") / "run"
    code, out, err = tiny.parity(
        tiny_task,
        "--seeds",
        "3",
        "--margin",
        "60",
        "--rounds",
        "1",
        "--run_dir",
        str(kept),
    )
    assert code == 0, err
    return kept, out


@pytest.mark.tensorflow
def test_both_twins_train_on_their_own_and_every_seed_differently(free_run):
    kept, out = free_run
    found = json.loads((kept / "report.json").read_text())
    freely = found["free_training"]
    assert found["verdict"] == "parity"
    assert freely["n"] == found["accuracy"]["n"] > 0
    assert freely["seeds"] == {"legacy": [1, 3, 5], "modern": [2, 4, 6]}
    assert freely["equivalence"]["p_value"] < 0.05 and freely["conclusion"] == "equivalent within 60 points"
    assert [scores["label"] for scores in freely["classes"]] == found["labels"]
    assert sum(scores["photos"] for scores in freely["classes"]) == freely["n"]
    for photo in freely["disagreeing"]:
        assert photo["legacy"] != photo["modern"] and photo["path"].startswith("photos/")
    with np.load(str(kept / "arrays.npz"), allow_pickle=False) as arrays:
        trained = np.concatenate([arrays[twin + "_free_probabilities"] for twin in tiny.TWINS])
    assert trained.shape == (6, freely["n"], 5)
    np.testing.assert_allclose(trained.sum(axis=2), 1.0, atol=1e-5)
    assert len({one.tobytes() for one in trained}) == 6
    accuracies = freely["accuracies"]["legacy"] + freely["accuracies"]["modern"]
    assert freely["equivalence"]["difference"] == pytest.approx(np.mean(accuracies[3:]) - np.mean(accuracies[:3]))


@pytest.mark.tensorflow
def test_all_parts_fit_one_screen(free_run):
    lines = free_run[1].splitlines()
    assert any("free training, 3 of each" in line for line in lines)
    assert any("taken in turns: INVALID" in line for line in lines)  # a single round is
    assert len(lines) <= 40 and max(map(len, lines)) <= 80


@pytest.mark.tensorflow
def test_the_workers_and_what_they_cost_are_seen(free_run):
    found = json.loads((free_run[0] / "report.json").read_text())["speed_validity"]
    assert found["verdict"] == "INVALID" and "too few samples" in " ".join(found["reasons"])
    assert found["runs"] == 2 and 0 <= found["overhead"] < 1
    if os.path.exists("/proc/stat"):
        assert 0 <= found["other_load"] <= 1


@pytest.mark.tensorflow
def test_the_kept_report_has_what_the_screen_leaves_out(free_run):
    text = (free_run[0] / "report.txt").read_text()
    assert "free training, votes" in text and "McNemar: photos that only legacy's vote" in text
    assert "free training, votes" not in free_run[1]


def test_what_was_not_asked_for_is_null_and_not_shown():
    same = difference.measure([np.zeros(3)], [np.zeros(3)], 0.0)
    training = lockstep.Training(1, same, same, same, None, True)
    verdict = comparison.TwinsVerdict(True, "", "", {}, LABELS, 5, {"decode": same}, training, None, None, 1.0)
    found = record.as_json(verdict)
    assert found["free_training"] is found["speed"] is found["speed_validity"] is None
    assert "speed" not in as_text(verdict) and "free training" not in as_text(verdict, verbose=True)


def test_json_has_no_equivalence_of_a_single_seed():
    found = json.loads(json.dumps(record.free_training_as_json(compared([ALL], [TWO], TRUTH)), allow_nan=False))
    assert found["equivalence"] is None and found["mcnemar_p"] == 0.5
    assert found["disagreeing"][0] == {"path": "photos/1.jpg", "truth": "daisy", "legacy": "daisy", "modern": "kale"}
    assert found["classes"][2]["precision"] == {"legacy": None, "modern": 0.0}

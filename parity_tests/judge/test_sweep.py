"""`poets sweep`: what several trainings say together, going on after a stop, and TF 1.15's own figures."""

import json

import numpy as np
import pytest

from parity_tests.fixtures import tiny
from poets.migrate import cli
from poets.migrate.judge.sweep.page import best_words
from poets.migrate.judge.sweep.points import Setting, point_as_json, point_of, point_of_json, row_of

SETTING = Setting("modern", "mobilenet_0.25_128", "cpu", 100, 0.01)
FALLING = np.linspace(2, 0.1, 100).astype(np.float32)


def points(accuracies, losses=FALLING):
    return [point_of(SETTING, seed, accuracy, 1.0 + seed, losses) for seed, accuracy in enumerate(accuracies)]


def test_a_row_sums_up_its_trainings():
    row = row_of(points([0.8, 0.9, 0.7]), 50, 0.3, 12.5)
    assert row.accuracies == [0.8, 0.9, 0.7] and row.training_seconds == 2.0 and row.extraction_seconds == 12.5
    assert row.interval[0] < 0.8 < row.interval[1] and row.verdict == "usable"


@pytest.mark.parametrize(
    "accuracies, losses, verdict",
    [
        ([0.8], np.array([1.0, np.nan]), "not usable: the loss is not finite"),
        ([0.31, 0.33], FALLING, "not usable: no better than guessing"),
        ([0.8, 0.8], np.concatenate([FALLING, FALLING[::-1]]), "usable, unsteady"),
        ([0.8], np.array([0.5]), "usable"),
    ],
)
def test_whether_a_setting_can_be_used(accuracies, losses, verdict):
    assert row_of(points(accuracies, losses), 50, 0.3, 0.0).verdict == verdict


@pytest.mark.parametrize("losses", [FALLING, np.array([np.inf])])
def test_a_point_is_kept_whole(losses):
    point = points([0.5], losses)[0]
    assert point_of_json(json.loads(json.dumps(point_as_json(point), allow_nan=False))) == point


def swept(task, out, *flags):
    return cli.main(
        [
            "sweep",
            "--image_dir",
            str(task / "photos"),
            "--model_dir",
            str(task / "models"),
            "--architecture",
            tiny.ARCHITECTURE,
            "--testing_percentage",
            "25",
            "--validation_percentage",
            "25",
            "--how_many_training_steps",
            "30",
            "--seeds",
            "2",
            "--output",
            str(out),
        ]
        + list(flags)
    )


@pytest.mark.tensorflow
def test_a_sweep_goes_on_where_it_stopped(tiny_task, tmp_path, capsys):
    rates = ["--learning_rate", "0.01", "0.1"]
    assert swept(tiny_task, tmp_path / "sweep", *rates, "--json", str(tmp_path / "first.json"), "-v") == 0
    shown = capsys.readouterr().out
    assert "mean [min...max]" in shown and "Best: modern" in shown and max(map(len, shown.splitlines())) <= 80
    first = json.loads((tmp_path / "first.json").read_text())
    assert len(first["points"]) == 4 and {len(row["accuracies"]) for row in first["rows"]} == {2}
    # all is done: no worker is started, so that one which could not be started does no harm
    nothing = ["--modern-python", str(tmp_path / "no_such_python"), "--quiet"]
    assert swept(tiny_task, tmp_path / "sweep", *rates, *nothing, "--json", str(tmp_path / "again.json")) == 0
    assert json.loads((tmp_path / "again.json").read_text()) == first
    state = tmp_path / "sweep" / "points.json"
    kept = json.loads(state.read_text())
    gone = sorted(kept["points"])[0]
    state.write_text(json.dumps(dict(kept, points={key: one for key, one in kept["points"].items() if key != gone})))
    assert swept(tiny_task, tmp_path / "sweep", *rates, *nothing) == 2
    assert "cannot start" in capsys.readouterr().err
    assert swept(tiny_task, tmp_path / "sweep", *rates, "-q", "--json", str(tmp_path / "third.json")) == 0
    assert [row["accuracies"] for row in json.loads((tmp_path / "third.json").read_text())["rows"]] == [
        row["accuracies"] for row in first["rows"]
    ]
    assert swept(tiny_task, tmp_path / "sweep", *rates, "--train_batch_size", "7") == 2
    assert "with other photos, percentages, batch size or seed" in capsys.readouterr().err
    (features,) = (tmp_path / "sweep").glob("features-*.npy")
    whole = features.read_bytes()
    features.write_bytes(whole[:-1] + b"\x00")  # edited: computed again, not believed
    state.write_text(json.dumps(dict(kept, points={})))
    assert swept(tiny_task, tmp_path / "sweep", *rates, "-q") == 0 and features.read_bytes() == whole
    state.write_text("{}")
    assert swept(tiny_task, tmp_path / "sweep") == 2
    assert "is not what `poets sweep` kept" in capsys.readouterr().err


@pytest.mark.tensorflow
def test_a_state_that_a_sweep_did_not_write_is_refused(tiny_task, tmp_path, capsys):
    assert swept(tiny_task, tmp_path / "sweep", "--learning_rate", "0.1", "-q") == 0
    state = tmp_path / "sweep" / "points.json"
    good = json.loads(state.read_text())
    key = next(iter(good["points"]))

    def point(**changes):
        return dict(good, points=dict(good["points"], **{key: dict(good["points"][key], **changes)}))

    edited = [
        point(accuracy=float("nan")),
        point(accuracy=1.5),
        point(accuracy="high"),
        point(seconds=-1.0),
        point(seed=99),
        point(setting=dict(good["points"][key]["setting"], steps="many")),
        point(setting=None),
        dict(good, extraction={}),
        dict(good, extraction=dict.fromkeys(good["extraction"], float("inf"))),
        dict(good, features=7),
        [],
    ]
    for one in edited + ["[" * 100000]:
        state.write_text(one if isinstance(one, str) else json.dumps(one))
        assert swept(tiny_task, tmp_path / "sweep", "--learning_rate", "0.1", "-q") == 2, one
        assert "is not what `poets sweep` kept" in capsys.readouterr().err


def test_the_best_setting_is_a_usable_one():
    good, better, bad = (row_of(points(accuracies), 50, 0.3, 1.0) for accuracies in ([0.6], [0.8], [0.9]))
    bad = bad._replace(verdict="not usable: the loss is not finite")
    assert best_words([good, bad, better]).startswith("Best: ") and "0 of the other 2" in best_words(
        [good, bad, better]
    )
    assert best_words([bad]) == "No setting is usable."


@pytest.mark.parametrize(
    "argv, words",
    [
        (["--seeds", "0"], "must be 1 or more"),
        (["--learning_rate", "0.1", "0.1"], "--learning_rate: a value is given twice"),
        (["--testing_percentage", "0"], "--testing_percentage must be 1 to 99"),
        (["--architecture", "mobilenet_9"], "mobilenet_9"),
        (["--device", "cpu", "cpu"], "--device: a value is given twice"),
    ],
)
def test_mistakes_are_one_line(argv, words, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["sweep"] + argv + ["-q"]) == 2
    err = capsys.readouterr().err.strip()
    assert words in err and len(err.splitlines()) == 1


@pytest.mark.tensorflow
@pytest.mark.shared
@pytest.mark.interpreters
def test_rates_do_on_tf_1_15_what_they_do_today(shared_data, tf1_python, tmp_path, monkeypatch):
    monkeypatch.chdir(str(shared_data))
    monkeypatch.delenv("TF2_BEHAVIOR", raising=False)
    out = tmp_path / "found.json"
    assert (
        cli.main(
            [
                "sweep",
                "--image_dir",
                "flower_photos",
                "--model_dir",
                "models",
                "--architecture",
                tiny.ARCHITECTURE,
                "--twin",
                "both",
                "--legacy-python",
                tf1_python,
                "--seeds",
                "2",
                "--how_many_training_steps",
                "500",
                "--output",
                str(tmp_path / "sweep"),
                "-q",
                "--json",
                str(out),
            ]
        )
        == 0
    )
    rows = json.loads(out.read_text())["rows"]
    for legacy, modern in zip(rows[:3], rows[3:]):
        assert legacy["setting"]["learning_rate"] == modern["setting"]["learning_rate"]
        print(legacy["setting"]["learning_rate"], legacy["accuracies"], modern["accuracies"])
        mean = sum(modern["accuracies"]) / 2
        assert legacy["interval"][0] <= mean <= legacy["interval"][1] and legacy["verdict"] == "usable"

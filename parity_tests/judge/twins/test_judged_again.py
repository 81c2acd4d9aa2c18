"""`poets judge` on kept runs: what no threshold decides stands, and a changed report is refused."""

import json
from typing import Any, Dict

import numpy as np
import pytest

from poets.migrate import cli
from poets.migrate.judge.report.kept_run import keep_run

ROWS = np.random.RandomState(0).dirichlet([1, 1, 1], 12).astype(np.float32)
COVERED: Dict[str, Any] = {"hidden": [], "constant": [], "limits": []}
GOOD = {"passed": True, "why": ""}
BAD = {"passed": False, "why": "found 0.5"}


def models_run(folder, other=ROWS, **changes):
    """A kept comparison of two models; ``changes`` are fields of its report."""
    report = {
        "verdict": "parity",
        "output": "probabilities",
        "coverage": COVERED,
        "models": [{"name": "a"}, {"name": "b"}],
        "pairs": [{"labels": "", "passed": True, "why": "", "judged": []}],
    }
    arrays = {"1_probabilities": ROWS, "2_probabilities": other}
    keep_run(str(folder), json.dumps(dict(report, **changes)), arrays, "")
    return str(folder)


def twins_run(folder, **changes):
    own = {"again": GOOD, "single": GOOD, "exported": {"graph": GOOD}, "labels": None, "passed": True}
    report: Dict[str, Any] = {
        "verdict": "parity",
        "coverage": COVERED,
        "own_answers": {"legacy": own, "modern": own},
        "judged": [],
    }
    report.update({key: value for key, value in changes.items() if key != "own"})
    report["own_answers"]["modern"] = dict(own, **changes.get("own", {}))
    arrays = {"probabilities": ROWS, "features": ROWS, "logits": np.log(ROWS), "losses": ROWS[:, 0]}
    arrays.update(weights=ROWS[:3], biases=ROWS[0], targets=np.arange(12))
    kept = {f"{twin}_{name}": array for twin in ("legacy", "modern") for name, array in arrays.items()}
    keep_run(str(folder), json.dumps(report), kept, "")
    return str(folder)


def judged(capsys, *argv):
    """(exit code, the verdict as JSON)."""
    code = cli.main(["judge", *argv, "-q", "--json", "-"])
    return code, json.loads(capsys.readouterr().out)


def test_runs_that_are_fine(tmp_path, capsys):
    for run in (models_run(tmp_path / "models"), twins_run(tmp_path / "twins")):
        code, found = judged(capsys, run)
        assert (code, found["verdict"], found["why"]) == (0, "parity", None)


@pytest.mark.parametrize("thresholds", [[], ["--atol", "probabilities:0.001"]])
@pytest.mark.parametrize(
    "coverage, why",
    [
        ({"hidden": ["channels"]}, "these photos cannot show BGR for RGB"),
        ({"constant": ["the answers are the same for every photo"]}, "the answers are the same for every photo"),
    ],
)
@pytest.mark.parametrize("make", [models_run, twins_run])
def test_an_inconclusive_run_stays_inconclusive(make, coverage, why, thresholds, tmp_path, capsys):
    run = make(tmp_path / "run", verdict="inconclusive", coverage=dict(COVERED, **coverage))
    code, found = judged(capsys, run, *thresholds)
    assert (code, found["verdict"], found["why"]) == (1, "inconclusive", why)
    code, found = judged(capsys, make(tmp_path / "fine"), run, *thresholds)
    assert (code, found["verdict"]) == (1, "inconclusive")
    code, _ = judged(capsys, run, "--accept_untested", "channels", *thresholds)
    assert code == (0 if coverage.get("hidden") else 1)
    cli.main(["judge", run, *thresholds])
    assert f"INCONCLUSIVE: {why}" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "own, why",
    [
        ({"again": BAD}, "modern disagrees with itself: asked again: found 0.5"),
        ({"single": BAD}, "modern disagrees with itself: one photo at a time: found 0.5"),
        ({"exported": {"graph": BAD}}, "modern disagrees with itself: graph: found 0.5"),
        ({"labels": "graph has the labels b, a"}, "modern disagrees with itself: graph has the labels b, a"),
    ],
)
def test_a_side_that_disagrees_with_itself_is_no_parity_under_any_threshold(own, why, tmp_path, capsys):
    run = twins_run(tmp_path / "run", verdict="no parity", own=dict(own, passed=False))
    for thresholds in ([], ["--atol", "0.9"]):
        code, found = judged(capsys, run, *thresholds)
        assert (code, found["verdict"], found["why"]) == (1, "no parity", why)


def test_a_model_that_disagrees_with_itself_is_no_parity_under_any_threshold(tmp_path, capsys):
    pair = {"labels": "", "passed": False, "why": "b disagrees with itself, asked again: found 0.5", "judged": []}
    run = models_run(tmp_path / "run", verdict="no parity", pairs=[pair])
    code, found = judged(capsys, run, "--atol", "0.9")
    assert (code, found["verdict"], found["why"]) == (1, "no parity", pair["why"])


def test_a_difference_in_what_was_not_kept_stands_without_thresholds(tmp_path, capsys):
    """Pixels are kept on request only."""
    run = twins_run(tmp_path / "run", verdict="no parity", first_difference="resize", why="found 3.5")
    code, found = judged(capsys, run)
    assert (code, found["why"]) == (1, "the run found a difference at resize: found 3.5")
    assert judged(capsys, run, "--atol", "probabilities:0.001")[0] == 0


def test_logits_tell_models_apart_that_saturated_probabilities_do_not(tmp_path, capsys):
    rows = np.array([[1 - 3e-7, 1e-7, 2e-7]] * 6 + [[1e-3, 1 - 2e-3, 1e-3]] * 6, np.float32)
    other = rows.copy()
    other[:6, 1] = 3e-7
    run = models_run(tmp_path / "run")
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    keep_run(run, json.dumps(report), {"1_probabilities": rows, "2_probabilities": other}, "")
    code, found = judged(capsys, run)
    failed = [one["output"] for one in found["comparisons"][0]["judged"] if not one["passed"]]
    assert code == 1 and failed == ["logits behind the probabilities"]


def test_a_threshold_that_cannot_fail_is_inconclusive(tmp_path, capsys):
    code, found = judged(capsys, models_run(tmp_path / "run"), "--atol", "1")
    assert (code, found["verdict"]) == (1, "inconclusive") and "CANNOT FAIL" in found["why"]


def test_a_changed_report_is_refused(tmp_path, capsys):
    run = models_run(tmp_path / "run", verdict="inconclusive", coverage=dict(COVERED, hidden=["channels"]))
    path = tmp_path / "run" / "report.json"
    report = json.loads(path.read_text())
    for changed in (dict(report, coverage=None), dict(report, verdict="parity"), dict(report, more=1)):
        path.write_text(json.dumps(changed))
        assert cli.main(["judge", run]) == 2
        assert "report.json was changed after the run" in capsys.readouterr().err
    path.write_text(json.dumps(report))  # written anew, with the same content
    assert cli.main(["judge", run, "-q"]) == 1


@pytest.mark.parametrize("name", ["models", "pairs", "coverage", "own_answers", "judged", "kept", "verdict"])
@pytest.mark.parametrize("odd", [7, "x", [], [7], [[]], {"a": 1}, [{"a": 1}], [{"name": 1}, {"name": 2}]])
def test_an_odd_report_is_one_line(name, odd, tmp_path, capsys):
    run = models_run(tmp_path / "run")
    path = tmp_path / "run" / "report.json"
    report = json.loads(path.read_text())
    del report["kept"]["report.json"]  # as of an earlier version
    path.write_text(json.dumps(dict(report, **{name: odd})))
    assert cli.main(["judge", run, "-q"]) in (0, 2, 4)
    assert capsys.readouterr().err.count("\n") <= 1


@pytest.mark.parametrize("text", ["[]", "7", "null", "[" * 100000, '{"kept": '])
def test_a_file_that_is_no_report_is_one_line(text, tmp_path, capsys):
    run = models_run(tmp_path / "run")
    (tmp_path / "run" / "report.json").write_text(text)
    assert cli.main(["judge", run]) == 2
    assert capsys.readouterr().err.count("\n") == 1

"""Thresholds as the user says them, and `poets judge` on runs that were kept."""

import argparse
import json
import os
from typing import Dict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poets.migrate import cli
from poets.migrate.judge.compare import thresholds
from poets.migrate.judge.flags import add_threshold_flags, thresholds_of
from poets.migrate.judge.report import kept_run
from poets.migrate.task.errors import BadInput


def parsed(*argv):
    parser = argparse.ArgumentParser()
    add_threshold_flags(parser)
    return thresholds_of(parser.parse_args(list(argv)))


def judged(argv, ours, theirs, output="probabilities"):
    return thresholds.judge_all(parsed(*argv), {output: ([np.asarray(ours)], [np.asarray(theirs)])})


BASE = np.array([[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]])
MOVED = BASE + np.array([[0.0, 0.0, 0.001], [0.0, 0.0, 0.003]])


@pytest.mark.parametrize(
    "argv, value",
    [
        (["--atol", "0.01"], 0.003),
        (["--rtol", "0.01"], 0.003 / 0.403),
        (["--max_mean", "0.01"], 0.004 / 6),
        (["--max_median", "0.01"], 0.0),
        (["--max_quantile", "0.8:0.01"], 0.001),
        (["--atol", "0.01", "--share", "0.2"], 0.001),
        (["--min_psnr", "30"], 20 * np.log10(0.6 / np.sqrt(1e-5 / 6))),
    ],
)
def test_each_kind_measures_what_it_says(argv, value):
    (found,) = judged(argv, BASE, MOVED)
    assert found.passed and found.value == pytest.approx(value, rel=1e-6, abs=1e-12)
    assert found.would_pass_at == found.value
    assert "found" in found.words and found.words.startswith("probabilities: ")


def test_cosine_is_of_the_worst_row():
    (found,) = judged(["--min_cosine", "0.99"], [[1.0, 0.0], [1.0, 1.0]], [[2.0, 0.0], [1.0, 0.0]])
    assert not found.passed and found.value == pytest.approx(np.sqrt(0.5))
    (same,) = judged(["--min_cosine", "1"], np.zeros((2, 3)), np.zeros((2, 3)))
    assert same.passed


@pytest.mark.parametrize(
    "kind, limit",
    [
        ("atol", "1e9"),
        ("rtol", "1.9"),
        ("max_mean", "1e9"),
        ("max_median", "1e9"),
        ("max_quantile", "0.1:1e9"),
        ("min_cosine", "-0.9"),
        ("min_psnr", "-1e9"),
    ],
)
@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_nan_and_infinity_fail_whatever_is_allowed(kind, limit, odd):
    broken = np.array(BASE)
    broken[0, 0] = odd
    for ours, theirs in ((BASE, broken), (broken, BASE), (broken, broken)):
        (found,) = judged([f"--{kind}={limit}"], ours, theirs)
        assert not found.passed and found.would_pass_at is None and "NaN or infinite" in found.words


def test_other_shapes_fail():
    (found,) = judged(["--atol", "1e9"], BASE, BASE[:1])
    assert not found.passed and "shapes differ" in found.words


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    ours=st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=30),
    seed=st.integers(0, 1000),
    kind=st.sampled_from(sorted(thresholds.KINDS)),
    share=st.floats(0, 1),
)
def test_a_threshold_passes_at_what_it_says_and_not_below(ours, seed, kind, share):
    ours = np.array(ours, np.float64)
    theirs = ours + np.random.RandomState(seed).normal(0, 0.1, len(ours))
    loose = thresholds.Threshold(kind, "", 0.0, share)
    at = thresholds.judge(loose, "logits", [ours], [theirs]).would_pass_at
    assert at is not None
    if not np.isfinite(at):
        return
    assert thresholds.judge(loose._replace(limit=at), "logits", [ours], [theirs]).passed
    beyond = np.nextafter(at, np.inf if thresholds.KINDS[kind].at_least else -np.inf)
    assert not thresholds.judge(loose._replace(limit=beyond), "logits", [ours], [theirs]).passed


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    gaps=st.lists(st.floats(0, 1), min_size=1, max_size=50),
    share=st.floats(0, 1, exclude_max=True),
    limit=st.floats(0.01, 1),
)
def test_a_share_allows_that_many_values_and_no_more(gaps, share, limit):
    theirs = np.array(gaps)
    (found,) = judged(["--atol", repr(limit), "--share", repr(share)], np.zeros(len(gaps)), theirs)
    beyond = np.sum(theirs > limit)
    allowed = len(gaps) - max(int(np.ceil((1 - share) * len(gaps))), 1)  # one value at least is held to it
    assert found.passed == (beyond <= allowed if share else beyond == 0)


@pytest.mark.parametrize(
    "argv, words",
    [
        (["--atol", "much"], "--atol: 'much' is not [OUTPUT:]LIMIT"),
        (["--atol", "botleneck:1"], "--atol: 'botleneck:1' is not [OUTPUT:]LIMIT; outputs are decode, resize"),
        (["--atol", "nan"], "--atol: 'nan'"),
        (["--max_quantile", "0.5"], "QUANTILE:LIMIT"),
        (["--max_quantile", "7:1"], "QUANTILE 0 to 1"),
        (["--share", "0.1"], "needs --atol"),
        (["--atol", "1", "--share", "2"], "2 is out of range"),
    ],
)
def test_mistakes_are_named(argv, words):
    with pytest.raises(BadInput) as caught:
        parsed(*argv)
    assert words in str(caught.value)


def test_outputs_can_have_their_own_limits():
    found = parsed("--atol", "bottleneck:2e-4", "--atol", "1e-3", "--min_cosine", "logits:0.9")
    assert [(one.kind, one.output, one.limit) for one in found] == [
        ("atol", "bottleneck", 2e-4),
        ("atol", "", 1e-3),
        ("min_cosine", "logits", 0.9),
    ]


def keep(folder, moved=0.0, labels=("ash", "elm"), nan=False):
    """A kept run of five photos, its modern side ``moved``."""
    random = np.random.RandomState(0)
    arrays: Dict[str, np.ndarray] = {"legacy_targets": np.arange(5) % 2, "modern_targets": np.arange(5) % 2}
    for name, shape in (
        ("features", (5, 7)),
        ("logits", (5, 2)),
        ("probabilities", (5, 2)),
        ("losses", (9,)),
        ("weights", (7, 2)),
        ("biases", (2,)),
    ):
        values = random.normal(size=shape).astype(np.float32)
        arrays["legacy_" + name], arrays["modern_" + name] = values, values + np.float32(moved)
    for place in range(2):
        pixels = random.randint(0, 256, (4, 6 + place, 3)).astype(np.uint8)
        arrays[f"legacy_decode/{place}"] = arrays[f"modern_decode/{place}"] = pixels
    if nan:
        arrays["modern_logits"][1, 1] = np.nan
    report = {"labels": list(labels), "photos": 5, "verdict": "parity"}
    kept_run.keep_run(str(folder), json.dumps(report), arrays, "a report\n")
    return str(folder)


def test_a_kept_run_is_judged_by_the_stages_own_tolerances(tmp_path, capsys):
    run = keep(tmp_path / "run")
    assert cli.main(["judge", run]) == 0
    out = capsys.readouterr().out
    for words in (
        "decode: every value within 0",
        "bottleneck: every value within 0.000103616; found 0",
        "weights: every",
        "same top-1 on 100.0 %",
        "PARITY",
    ):
        assert words in out
    assert max(map(len, out.splitlines())) <= 80


def test_other_thresholds_give_another_verdict(tmp_path, capsys):
    run, out = keep(tmp_path / "run", moved=1e-3), str(tmp_path / "verdict.json")
    assert cli.main(["judge", run, "--quiet"]) == 1
    assert cli.main(["judge", run, "--quiet", "--atol", "0.01"]) == 0
    assert cli.main(["judge", run, "--quiet", "--atol", "logits:1e-4", "--json", out]) == 1
    with open(out, encoding="utf-8") as file:
        found = json.load(file)
    assert found["verdict"] == "no parity"
    assert found["comparisons"][0]["judged"][0]["would_pass_at"] == pytest.approx(1e-3, rel=1e-2)


def test_two_runs_are_judged_side_against_side(tmp_path, capsys):
    runs = [keep(tmp_path / "here"), keep(tmp_path / "there", moved=0.5)]
    assert cli.main(["judge"] + runs) == 1
    out = capsys.readouterr().out
    legacy, modern = out.split("modern: ")
    assert "FAIL" not in legacy and "FAIL" in modern


@pytest.mark.parametrize(
    "more, words",
    [
        (lambda folder: [keep(folder / "other", labels=("ash", "oak"))], "different labels"),
        (lambda folder: [str(folder / "nowhere")], "not a run that"),
        (lambda folder: [keep(folder / "b"), keep(folder / "c")], "not 3"),
        (lambda folder: ["--atol", "decode:much"], "--atol"),
    ],
)
def test_runs_that_cannot_be_judged_are_named(tmp_path, capsys, more, words):
    assert cli.main(["judge", keep(tmp_path / "run")] + more(tmp_path)) == 2
    err = capsys.readouterr().err.strip()
    assert words in err and len(err.splitlines()) == 1


def test_nan_in_a_kept_run_fails_under_any_threshold(tmp_path, capsys):
    assert cli.main(["judge", keep(tmp_path / "run", nan=True), "--atol", "1e9", "--json", "-"]) == 1
    assert "modern has 1 NaN or infinite values" in capsys.readouterr().out


@pytest.mark.parametrize("damage", [b"", b"PK\3\4", b"\0" * 500])
def test_a_damaged_run_is_named(tmp_path, capsys, damage):
    run = keep(tmp_path / "run")
    (tmp_path / "run" / "arrays.npz").write_bytes(damage)
    with pytest.raises(BadInput, match="not a run that"):
        kept_run.load_run(run)


def lose(run, *names):
    """Take arrays out of a kept run."""
    path = os.path.join(run, "arrays.npz")
    with np.load(path) as kept:
        arrays = {name: kept[name] for name in kept.files if name not in names}
    np.savez_compressed(path, **arrays)


@pytest.mark.parametrize("name", ["modern_weights", "legacy_probabilities", "modern_decode/1"])
def test_a_run_that_lost_a_part_is_incomplete(tmp_path, capsys, name):
    whole, run = keep(tmp_path / "whole"), keep(tmp_path / "run")
    lose(run, name)
    for runs in ([run], [whole, run], [run, whole]):
        assert cli.main(["judge"] + runs + ["--json", str(tmp_path / "verdict.json")]) == 4
        captured = capsys.readouterr()
        assert captured.err.startswith(f"incomplete: {run} has no {name}") and "PARITY" not in captured.out
        assert json.loads((tmp_path / "verdict.json").read_text())["verdict"] == "incomplete"


def test_a_run_that_was_cut_short_is_incomplete(tmp_path, capsys):
    run = keep(tmp_path / "run")
    path = tmp_path / "run" / "report.json"
    report = dict(json.loads(path.read_text()), verdict="incomplete", why="modern died")
    report[kept_run.KEPT][kept_run.REPORT] = kept_run.checksum_of_report(report)
    path.write_text(json.dumps(report))
    assert cli.main(["judge", run]) == 4
    assert "modern died" in capsys.readouterr().err


def test_a_run_that_was_changed_is_refused(tmp_path, capsys):
    run = keep(tmp_path / "run", moved=0.1)
    path = os.path.join(run, "arrays.npz")
    with np.load(path) as kept:
        arrays = {name: kept[name] for name in kept.files}
    for name in [name for name in arrays if name.startswith("modern_")]:
        arrays[name] = arrays[name.replace("modern", "legacy")]
    np.savez_compressed(path, **arrays)
    assert cli.main(["judge", run]) == 2
    assert "was changed after the run" in capsys.readouterr().err


@pytest.mark.parametrize(
    "flags", [["--atol", "0.1", "--share", "1"], ["--min_cosine", "-1"], ["--atol", "probabilities:1"], ["--rtol", "2"]]
)
def test_thresholds_that_cannot_fail_are_refused(tmp_path, capsys, flags):
    assert cli.main(["judge", keep(tmp_path / "run", moved=1.0)] + flags) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_other_labels_fail_whatever_the_thresholds_allow(tmp_path, capsys):
    random = np.random.RandomState(0)
    run = keep(tmp_path / "run")
    with np.load(os.path.join(run, "arrays.npz")) as kept:
        arrays = {name: kept[name] for name in kept.files}
    arrays["modern_probabilities"] = random.permutation(arrays["modern_probabilities"][:, ::-1])
    report = {"labels": ["ash", "elm"], "photos": 5, "verdict": "parity"}
    kept_run.keep_run(run, json.dumps(report), arrays, "a report\n")
    assert cli.main(["judge", run, "--atol", "decode:0"]) == 1
    assert "get another label" in capsys.readouterr().out

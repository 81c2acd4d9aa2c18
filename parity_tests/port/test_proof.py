"""The proof of a port proves: an answer's logits count, and pictures that cannot show a mistake are called so."""

import json

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from parity_tests.fixtures.models import idioms
from poets.migrate import cli

pytestmark = pytest.mark.tensorflow


def softmax(rows):
    shifted = np.exp(rows - rows.max(axis=1, keepdims=True))
    return (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)


def proved(answers, expected, judge=None, **more):
    from poets.migrate.port.proof.judging import judge_same
    from poets.migrate.port.proof.reference import Reference
    from poets.migrate.port.targets.all_targets import LIFTED

    pixels = np.zeros([len(expected), 1, 1, 3], np.float32)
    return judge_same(judge or LIFTED, 0.0, [answers, answers], Reference(pixels, expected, {}, **more))


@hypothesis.given(st.integers(0, 2**32 - 1), st.floats(0.01, 20), st.integers(2, 9))
def test_logits_are_recovered_from_probabilities(seed, spread, classes):
    from poets.migrate.port.proof.scores import logits_of

    rows = np.random.RandomState(seed).normal(size=(5, classes)) * spread
    rows = np.clip(rows, -40, 40)
    found = logits_of(softmax(rows))
    centred = rows - rows.mean(axis=1, keepdims=True)
    assert np.all(np.abs(found.values - centred) <= found.resolution)


def test_saturated_networks_that_differ_are_told_apart():
    expected = softmax(np.array([[60.0, 0.3, 0.1], [61.0, 0.1, 0.4]]))
    other = softmax(np.array([[60.0, 0.1, 0.3], [61.0, 0.4, 0.1]]))
    assert np.abs(expected - other).max() < 1e-20
    proof = proved(other, expected)
    assert not proof.passed and proof.why.startswith("logits 0.3 apart, ")
    assert proved(expected, expected).passed


def test_flat_answers_that_differ_are_told_apart():
    random = np.random.RandomState(0)
    expected, other = (softmax(random.normal(size=(6, 5)) * 5e-5) for _ in range(2))
    assert np.abs(expected - other).max() < 4e-5
    assert not proved(other, expected).passed


def test_a_tie_that_rounding_breaks_is_no_difference():
    expected = np.array([[0.25, 0.25, 0.25, 0.25]], np.float32)
    rounded = np.array([[0.24999999, 0.25, 0.25, 0.25]], np.float32)
    proof = proved(rounded, expected)
    assert proof.passed and proof.top1_agreement == 1


def test_answers_that_are_no_numbers_never_pass():
    expected = np.array([[np.nan, 0.5]], np.float32)
    assert not proved(np.array([[0.5, 0.5]], np.float32), expected).passed


def test_the_sigmoid_of_two_classes_is_compared_as_far_as_float32_can_tell():
    nearly = np.array([[2e-7, 1 - 2e-7]], np.float32)
    assert proved(np.array([[1.8e-7, 1 - 1.8e-7]], np.float32), nearly, is_pair=True).passed
    unsure = np.array([[0.4, 0.6], [0.3, 0.7]], np.float32)
    assert not proved(unsure + np.array([[-1e-3, 1e-3]], np.float32), unsure, is_pair=True).passed


def port_of(graph, out, *more):
    code = cli.main(["port", str(graph), "--output", str(out)] + list(more))
    return code, json.loads((out / "report.json").read_text())["targets"]


@pytest.mark.slow
def test_every_mistake_is_shown_by_a_usual_network(tmp_path):
    network = idioms.PLAIN._replace(layers=("conv", "separable"), widths=(8, 16), size=24)
    code, proofs = port_of(idioms.write_idiom(tmp_path / "graph.pb", network), tmp_path / "out", "--quiet")
    assert code == 0 and proofs["savedmodel"]["untold"] == []
    assert proofs["savedmodel"]["logits_max_abs"] <= proofs["savedmodel"]["logits_tolerance"]


@pytest.mark.shared
@pytest.mark.slow
def test_what_pictures_cannot_show_is_named(shared_data, tmp_path, capsys):
    cases = shared_data.parent / "cases" / "port"
    code, proofs = port_of(cases / "B13_saturated" / "graph.pb", tmp_path / "out")
    assert code == 0 and set(proofs["savedmodel"]["untold"]) == {"BGR", "another normalisation", "another network"}
    assert "the pictures show little: BGR, another network, another normalisation" in capsys.readouterr().out


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("target, file", [("savedmodel", "savedmodel"), ("keras", "model.keras"), ("tflite", None)])
def test_a_saturated_network_does_not_pass_the_proof_of_another(shared_data, tmp_path, target, file):
    from poets.migrate.port.proof.prove import prove
    from poets.migrate.port.reading.options import ReadingOptions

    cases = shared_data.parent / "cases" / "port"
    for name in "ab":
        code, proofs = port_of(cases / f"P23_saturated_{name}" / "graph.pb", tmp_path / name, "--to", target, "--quiet")
        assert code == 0 and proofs[target]["untold"] == []
    other = {target: str(tmp_path / "b" / (file or "model.tflite"))}
    found = prove(str(cases / "P23_saturated_a" / "graph.pb"), ReadingOptions(), other, None)["proofs"][target]
    assert not found["passed"] and found["max_abs"] < 1e-15 and "logits" in found["why"]

"""The list of ops that only compute: it is what the program makes of TensorFlow's registry, and nothing more."""

import json
import shlex
import sys

import pytest

from poets.migrate.gate import op_registry
from poets.migrate.gate.allowed_ops import ALLOWED, UNKNOWN, UNLISTED, is_allowed, lists, reason_against
from poets.migrate.gate.op_registry import DATA

# Ops that write files and that a list of forbidden names did not know.
ONCE_MISSED = ("CacheDataset", "SnapshotDataset", "DatasetToTFRecord", "ExperimentalDatasetToTFRecord") + (
    "DebugNumericSummary",
)


@pytest.fixture(scope="module")
def kept():
    with open(DATA, encoding="utf-8") as file:
        return json.load(file)


def test_the_list_is_what_the_installed_tensorflow_says(kept, tmp_path):
    version, ops = op_registry.registered_by(sys.executable, str(tmp_path / "ops"))
    if version not in kept:
        pytest.skip(f"the list was made from {', '.join(kept)}; this is {version}")
    assert op_registry.sorted_out(ops) == kept[version]


@pytest.mark.interpreters
def test_the_list_has_what_tensorflow_1_knew(kept, tf1_python, tmp_path):
    program = shlex.split(tf1_python)
    assert len(program) == 1
    made = op_registry.make(sys.executable, program[0], str(tmp_path))
    assert made == {version: kept[version] for version in made}


def test_an_op_that_any_tensorflow_has_is_either_allowed_or_has_a_reason_against():
    for op in lists().known:
        assert is_allowed(op) or reason_against(op) != UNKNOWN
    assert reason_against("FrobnicateV9") == UNKNOWN and reason_against("Barrier") == UNLISTED


def test_what_is_allowed_by_hand_exists_and_is_not_on_the_list_anyway(kept):
    computing = {op for version in kept.values() for op in version["computing"]}
    for why, patterns in ALLOWED:
        assert why
        for pattern in patterns.split():
            assert "*" in pattern or (pattern in lists().known and pattern not in computing), pattern


@pytest.mark.parametrize("op", ONCE_MISSED)
def test_ops_that_reach_files_are_refused(op):
    assert not is_allowed(op) and "file" in reason_against(op)


@pytest.mark.parametrize(
    "op", ["BatchNormWithGlobalNormalization", "CompareAndBitpack", "Dequantize", "RandomUniform", "FIFOQueueV2"]
)
def test_ops_of_old_classifiers_are_allowed(op):
    assert is_allowed(op)


def test_nothing_that_is_allowed_is_named_like_something_that_reaches_outside():
    suspicious = ("File", "Save", "Restore", "Reader", "Record", "Dataset", "Iterator", "PyFunc", "Rpc", "Send", "Recv")
    assert [op for op in lists().allowed if any(word in op for word in suspicious)] == []

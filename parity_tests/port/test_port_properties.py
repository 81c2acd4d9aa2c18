"""Properties of `poets port`: every idiom is ported and proven."""

import collections
import os
import tempfile

import hypothesis
import pytest
from hypothesis import strategies as st

from parity_tests.fixtures.models import idioms
from parity_tests.fixtures.networks.port_in_process import port, settings

pytestmark = pytest.mark.tensorflow

TARGETS = ("savedmodel", "hub", "keras", "tflite")
PROOF = {"path", "max_abs", "required_tolerance", "top1_agreement", "passed"}


@st.composite
def drawn_idioms(draw):
    """Idioms that are promised.

    Decoding is known by its names; without a shape the size must show in the pooling, and the name tell the images
    from another float placeholder.
    """
    entry, dropout = draw(st.sampled_from(idioms.ENTRIES)), draw(st.sampled_from(idioms.DROPOUTS))
    is_stripped = entry == "stripped"
    has_own_names = entry == "decoded" or (is_stripped and dropout == "keep_prob")
    count = 5 if is_stripped else draw(st.integers(1, 3))
    layers = st.sampled_from(idioms.HALVING if is_stripped else idioms.LAYERS)
    return idioms.Idiom(
        size=draw(st.sampled_from([64, 96])) if is_stripped else draw(st.integers(8, 17)),
        widths=tuple(draw(st.integers(1, 6)) for _ in range(count)),
        layers=tuple(draw(layers) for _ in range(count)),
        norm=draw(st.sampled_from(idioms.NORMS + idioms.OLD_NORMS)),
        activation=draw(st.sampled_from(idioms.ACTIVATIONS)),
        flatten="pool" if is_stripped else draw(st.sampled_from(idioms.FLATTENS)),
        classes=draw(st.integers(2, 6)),
        seed=draw(st.integers(0, 999)),
        entry=entry,
        batch=draw(st.sampled_from([None, 1])),
        scaling="none" if entry == "decoded" else draw(st.sampled_from(idioms.SCALINGS)),
        scope="" if has_own_names else draw(st.sampled_from(idioms.SCOPES)),
        weights=draw(st.sampled_from(idioms.WEIGHTS)),
        is_checked=draw(st.booleans()),
        dropout=dropout,
        phase=draw(st.sampled_from(idioms.PHASES)),
        has_bottleneck=draw(st.booleans()),
        beside=draw(st.sampled_from(idioms.BESIDE)),
    )


def provoked(idiom, graph_def, report):
    """Rewrite -> how often, as the idiom asks for it."""
    from poets.migrate.tensorflow_library.version1 import tf

    ops = collections.Counter(node.op for node in graph_def.node)
    unneeded = len(graph_def.node) - len(tf.graph_util.extract_sub_graph(graph_def, [report["output"]]).node)
    if idiom.entry == "decoded":
        unneeded += len(tf.graph_util.extract_sub_graph(graph_def, ["Mul"]).node) - 1
    is_open = idiom.batch is None or idiom.flatten == "keras"
    counts = {
        "cut": unneeded,
        "learning_phase": idiom.phase != "none",
        "dropout": idiom.dropout != "none",
        "check_numerics": len(idiom.layers) * idiom.is_checked,
        "bottleneck_placeholder": idiom.has_bottleneck,
        "batch_norm": ops["BatchNormWithGlobalNormalization"],
        "dequantize": ops["Dequantize"],
        "any_batch": (idiom.entry in ("decoded", "stripped") or not is_open) + (idiom.flatten == "constant"),
    }
    return {name: int(count) for name, count in counts.items() if count}


def check_idiom(idiom, targets):
    from poets.migrate.tensorflow_library.version1 import tf

    with tempfile.TemporaryDirectory() as folder:
        path = idioms.write_idiom(os.path.join(folder, "graph.pb"), idiom)
        report = port(path, os.path.join(folder, "out"), targets)
        assert report.get("verdict") == "equal", report
        assert sorted(os.listdir(os.path.join(folder, "out"))) == sorted(
            ["README.md", "example.jpg", "report.json"]
            + [os.path.basename(proof["path"]) for proof in report["targets"].values()]
        )
        with open(path, "rb") as file:
            graph_def = tf.GraphDef.FromString(file.read())
    assert {rewrite["name"]: rewrite["count"] for rewrite in report["rewrites"]} == provoked(idiom, graph_def, report)
    assert report["graph"] == path and report["classes"] == idiom.classes
    assert report["input"]["size"] == idiom.size and report["output"].split("/")[-1] == "final_result"
    assert set(report["targets"]) == set(targets)
    moved = max([0.0] + [rewrite["tolerance"] for rewrite in report["rewrites"]])
    for name, proof in report["targets"].items():
        assert PROOF <= set(proof) and proof["passed"] and proof["top1_agreement"] == 1.0
        assert proof["required_tolerance"] == proof["max_abs"] <= (moved if name == "savedmodel" else 1e-5)


@settings(20)
@hypothesis.given(idiom=drawn_idioms())
def test_every_idiom_is_ported_and_equal(idiom):
    check_idiom(idiom, ["savedmodel"])


@settings(8)
@hypothesis.given(idiom=drawn_idioms())
def test_every_idiom_is_ported_to_every_target(idiom):
    check_idiom(idiom, TARGETS)

"""`poets parity A B` against mutants of A: changed weights, ops and labels, of several kinds and sizes.

What a mutation does to the answers is measured here, in a Session, not by the judge: each one that moves them by more
than the published tolerances must be found, at the stage where it shows; the others are named with their size.
"""

import numpy as np
import pytest

from parity_tests.fixtures.models.tiny_models import LABELS
from parity_tests.mutants.judged_models import Sorted, answers, effect, judging, photos_of, write_original

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]

KINDS = ("one", "noise", "scale", "shift", "swap")
SIZES = (1e-4, 1e-2, 0.1)  # relative to a tensor's largest value
PLACES = ("first kernel", "middle kernel", "last kernel", "last bias")


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """The folder of the original graph, its labels and 30 photos."""
    return write_original(tmp_path_factory.mktemp("models"))


def graph_of(path):
    from poets.migrate.tensorflow_library.version1 import tf

    graph_def = tf.GraphDef()
    graph_def.ParseFromString(path.read_bytes())
    return graph_def


def weights_of(graph_def):
    """The Const nodes of weights, by place in the network."""
    constants = [node for node in graph_def.node if node.op == "Const"]
    ranks = {node.name: len(node.attr["value"].tensor.tensor_shape.dim) for node in constants}
    kernels = [node for node in constants if ranks[node.name] == 4]
    dense = [node for node in constants if ranks[node.name] == 2 and node.attr["dtype"].type == 1]
    after = constants[constants.index(dense[-1]) :]
    bias = next(node for node in after if ranks[node.name] == 1 and node.attr["dtype"].type == 1)
    return dict(zip(PLACES, (kernels[0], kernels[len(kernels) // 2], dense[-1], bias)))


def changed(values, kind, size):
    """float32, the weights with a mutation."""
    found, by = values.astype(np.float64), size * np.abs(values).max()
    if kind == "one":
        found.flat[found.size // 2] += by
    elif kind == "noise":
        found += by * np.random.RandomState(0).choice([-1, 1], found.shape)
    elif kind == "scale":
        found *= 1 + size
    elif kind == "shift":
        found += by
    else:
        found[..., [0, 1]] = found[..., [1, 0]]
    return found.astype(np.float32)


def weight_mutants(folder):
    """(name, path) of graphs with changed weights."""
    from poets.migrate.tensorflow_library.version1 import tf

    for place in PLACES:
        for kind in KINDS:
            for size in SIZES if kind != "swap" else SIZES[:1]:
                graph_def = graph_of(folder / "graph.pb")
                node = weights_of(graph_def)[place]
                values = changed(tf.make_ndarray(node.attr["value"].tensor), kind, size)
                node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(values))
                yield f"{place}, {kind} {size:g}", written(folder, graph_def)


def op_mutants(folder):
    """(name, path) of graphs with another op: an activation, a pooling, padding, random numbers, a colder softmax."""
    from poets.migrate.tensorflow_library.version1 import tf

    for old, new in (("Relu6", "Relu"), ("Relu6", "Elu"), ("AvgPool", "MaxPool")):
        graph_def = graph_of(folder / "graph.pb")
        nodes = [node for node in graph_def.node if node.op == old]
        if nodes:
            nodes[-1].op = new
            yield f"{new} for {old}", written(folder, graph_def)
    for name, make in (
        ("colder softmax", lambda x: x * 1.01),
        ("noise left on", lambda x: x + tf.random.normal([3]) * 0.01),
    ):
        graph_def = graph_of(folder / "graph.pb")
        softmax = next(node for node in graph_def.node if node.op == "Softmax")
        logits = softmax.input[0]
        del graph_def.node[list(graph_def.node).index(softmax)]
        with tf.Graph().as_default() as graph:
            (found,) = tf.import_graph_def(
                graph_def, name="", return_elements=[logits if ":" in logits else logits + ":0"]
            )
            tf.nn.softmax(make(found), name="final_result")
        yield name, written(folder, graph.as_graph_def())


def written(folder, graph_def):
    """The path of a mutant with its labels, in a folder of its own."""
    place = folder / f"mutant_{len(list(folder.iterdir()))}"
    place.mkdir()
    (place / "graph.pb").write_bytes(graph_def.SerializeToString())
    (place / "labels.txt").write_text("\n".join(LABELS) + "\n")
    return place / "graph.pb"


def test_no_model_mutant_above_the_tolerances_survives(original, capsys):
    photos = photos_of(original)
    ours = answers(original / "graph.pb", photos)
    found = Sorted()
    with judging(original, photos) as judged:
        assert judged(original / "graph.pb").passed
        for name, path in list(weight_mutants(original)) + list(op_mutants(original)):
            found.add(name, judged(path), effect(ours, answers(path, photos)))
        for name, text in (("labels swapped", [1, 0, 2]), ("labels renamed", None)):
            path = written(original, graph_of(original / "graph.pb"))
            words = [LABELS[place] for place in text] if text else ["ash", "elm", "fir"]
            (path.parent / "labels.txt").write_text("\n".join(words) + "\n")
            assert not judged(path).passed, name
            found.killed.append(name)
    with capsys.disabled():
        print(f"\nmodel mutants {found}")
    assert not found.survivors and not found.wrong
    assert len(found.killed) >= 30

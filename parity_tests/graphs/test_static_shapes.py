"""Shapes inferred without TensorFlow, held against those that TensorFlow infers."""

import os

import hypothesis
import pytest

from parity_tests.fixtures.models import idioms, old_sources
from parity_tests.fixtures.networks.drawn_ops import drawn_graphs
from parity_tests.fixtures.networks.port_in_process import settings
from poets.migrate.demo import NETWORK_FOLDER
from poets.migrate.graphs.graph_file import read_graph
from poets.migrate.graphs.rewrites.in_order import apply_rewrites
from poets.migrate.graphs.roles import find_roles
from poets.migrate.graphs.shapes.inference import static_shapes
from poets.migrate.task.errors import BadInput
from poets.migrate.tensorflow_library.version1 import tf

pytestmark = pytest.mark.tensorflow


def tensorflow_shapes(graph_def, fed):
    """node -> the shapes of its outputs, as `static_shapes` writes them; None if TensorFlow refuses the graph."""
    with tf.Graph().as_default() as graph:
        inputs = {name + ":0": tf.placeholder(tf.float32, shape) for name, shape in fed.items()}
        try:
            tf.graph_util.import_graph_def(graph_def, input_map=inputs, name="seen")
        except ValueError:
            return None
        return {
            op.name[len("seen/") :]: [_sizes(output.shape) for output in op.outputs]
            for op in graph.get_operations()
            if op.name.startswith("seen/")
        }


def _sizes(shape):
    return None if shape.rank is None else tuple(-1 if size is None else size for size in shape.as_list())


def fits(ours, theirs):
    """Whether an inferred shape says all that TensorFlow says, and contradicts none of it. TF 2.6 follows less."""
    if theirs is None:
        return True
    return ours is not None and len(ours) == len(theirs) and all(b in (a, -1) for a, b in zip(ours, theirs))


def differing(graph_def, fed):
    """Nodes whose inferred shape is another than TensorFlow's, or says less; and how many are inferred."""
    kept = tf.GraphDef.FromString(graph_def.SerializeToString())  # TensorFlow writes defaults into what it imports
    ours, theirs = static_shapes(graph_def, fed), tensorflow_shapes(kept, fed)
    if theirs is None:
        return [], 0
    # FusedBatchNormV3 has a sixth output, which only its gradient takes
    pairs = {name: list(zip(shapes, theirs[name])) for name, shapes in ours.items()}
    return [name for name, shapes in pairs.items() if not all(fits(*pair) for pair in shapes)], len(ours)


def check(graph_def):
    """A graph as it is, and what is served of it, for one image."""
    wrong, count = differing(graph_def, {})
    assert wrong == [] and count > 0
    try:
        roles = find_roles(graph_def)
    except BadInput:
        return
    served = apply_rewrites(graph_def, roles)[0]
    given = roles.preprocessing
    assert differing(served, {roles.input_layer: (1, given.height, given.width, given.depth)})[0] == []


def graphs_below(folder):
    for above, _, names in os.walk(str(folder)):
        for name in names:
            if name.endswith((".pb", ".pbtxt")) and name != "saved_model.pb":
                yield os.path.join(above, name)


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["data/graphs", "data/golden", "data/models", "cases/port"])
def test_found_graphs(shared_data, folder):
    looked_at = 0
    for path in graphs_below(shared_data.parent / folder):
        try:
            graph_def = read_graph(path, tf.GraphDef())
        except BadInput:
            continue
        check(graph_def)
        looked_at += 1
    assert looked_at > 0


def test_the_network_that_poets_ships():
    check(read_graph(os.path.join(NETWORK_FOLDER, "frozen_graph.pb"), tf.GraphDef()))


ONE_OF_EACH = [
    (name, value)
    for name, values in (
        ("norm", idioms.NORMS + ("global", "global_without_gamma")),
        ("activation", idioms.ACTIVATIONS),
        ("flatten", idioms.FLATTENS),
        ("entry", ("input", "Placeholder", "conv2d_1_input", "decoded")),
        ("batch", (None, 1)),
        ("scaling", idioms.SCALINGS),
        ("weights", idioms.WEIGHTS),
        ("is_checked", (True,)),
        ("dropout", idioms.DROPOUTS),
        ("phase", idioms.PHASES),
        ("beside", idioms.BESIDE),
        ("layers", [(layer, layer) for layer in idioms.LAYERS]),
    )
    for value in values
]


@pytest.mark.parametrize("name, value", ONE_OF_EACH)
def test_every_way_of_writing_a_graph(tmp_path, name, value):
    idiom = idioms.PLAIN._replace(**{name: value})
    check(read_graph(idioms.write_idiom(tmp_path / "graph.pb", idiom), tf.GraphDef()))


def test_a_graph_with_variables_and_training(tmp_path):
    (tmp_path / "checkpoint").mkdir()
    old_sources.write_saved_model_and_checkpoint(str(tmp_path))
    meta = tf.MetaGraphDef.FromString((tmp_path / "checkpoint" / "_retrain_checkpoint.meta").read_bytes())
    check(meta.graph_def)


@settings(100)
@hypothesis.given(graph_def=drawn_graphs())
def test_drawn_graphs(graph_def):
    check(graph_def)
    inferred = static_shapes(graph_def)
    assert [node.name for node in graph_def.node if node.name not in inferred] == []


def test_the_graph_is_not_changed(tmp_path):
    path = idioms.write_idiom(tmp_path / "graph.pb", idioms.PLAIN)
    graph_def = read_graph(path, tf.GraphDef())
    static_shapes(graph_def)
    assert graph_def == read_graph(path, tf.GraphDef())


def placeholder_and(*nodes):
    """A graph of a placeholder `x` [1, 4] and nodes, each (name, op, inputs)."""
    graph_def = tf.GraphDef()
    entry = graph_def.node.add(name="x", op="Placeholder")
    entry.attr["dtype"].type = 1
    for size in (1, 4):
        entry.attr["shape"].shape.dim.add().size = size
    for name, op, inputs in nodes:
        graph_def.node.add(name=name, op=op, input=inputs).attr["T"].type = 1
    return graph_def


def test_what_has_no_rule_is_left_out_with_all_behind_it():
    graph_def = placeholder_and(
        ("strange", "Strange", ["x"]), ("behind", "Relu", ["strange"]), ("beside", "Relu", ["x"])
    )
    assert static_shapes(graph_def) == {"x": [(1, 4)], "beside": [(1, 4)]}


def test_a_circle_is_left_out():
    graph_def = placeholder_and(("a", "AddV2", ["x", "b"]), ("b", "Relu", ["a"]))
    assert static_shapes(graph_def) == {"x": [(1, 4)]}


@pytest.mark.parametrize("inputs", [[], ["x", "x"], ["x:1"], ["x:a"], ["nowhere"]])
def test_a_node_with_wrong_inputs_is_left_out(inputs):
    assert "wrong" not in static_shapes(placeholder_and(("wrong", "Relu", inputs)))


def test_absurd_numbers_are_left_out():
    graph_def = placeholder_and()
    for name, number in (("from", -(2**63)), ("to", 2**63 - 1), ("step", 1)):
        node = graph_def.node.add(name=name, op="Const")
        node.attr["dtype"].type = node.attr["value"].tensor.dtype = 9
        node.attr["value"].tensor.tensor_shape.SetInParent()
        node.attr["value"].tensor.int64_val.append(number)
    graph_def.node.add(name="range", op="Range", input=["from", "to", "step"]).attr["Tidx"].type = 9
    assert set(static_shapes(graph_def)) == {"x", "from", "to", "step"}


def test_a_node_of_another_type_is_left_out():
    graph_def = placeholder_and(("wrong", "Relu", ["x"]))
    graph_def.node[1].attr["T"].type = 2
    assert "wrong" not in static_shapes(graph_def)


def test_what_an_exporter_kept_of_a_shape_counts():
    graph_def = placeholder_and(("after", "Relu", ["x"]))
    graph_def.node[0].attr["shape"].shape.dim[0].size = -1
    kept = graph_def.node[1].attr["_output_shapes"].list.shape.add()
    for size in (3, -1):
        kept.dim.add().size = size
    assert static_shapes(graph_def)["after"] == [(3, 4)] == tensorflow_shapes(graph_def, {})["after"]

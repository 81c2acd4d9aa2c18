"""What a graph's nodes are for, where the graph says it in an unusual way."""

import os

import pytest

from poets.migrate.demo import NETWORK_FOLDER
from poets.migrate.graphs.graph_file import read_graph
from poets.migrate.graphs.roles import find_roles

pytestmark = pytest.mark.tensorflow


def test_the_shape_of_a_last_reshape_is_not_the_number_of_classes():
    from poets.migrate.tensorflow_library.version1 import tf

    graph = read_graph(os.path.join(NETWORK_FOLDER, "frozen_graph.pb"), tf.GraphDef())
    assert find_roles(graph).output_layer == "MobilenetV1/Predictions/Reshape_1"
    assert find_roles(graph).classes == 110  # as the last layer's weights say

"""A frozen network in TensorFlow 2: as a reusable SavedModel with trainable weights, or as a function."""

import os
from typing import Callable, Optional, Sequence, Set

from poets.migrate.gate.graph_ops import refuse_outside_ops
from poets.migrate.graphs.edges import node_name
from poets.migrate.graphs.graph_file import check_architecture, read_graph
from poets.migrate.graphs.rewrites.thawing import Thawable, statistics, thawable, thawable_network
from poets.migrate.task.cache_folder import cache_dir
from poets.migrate.task.files import whole_folder
from poets.migrate.task.networks.architectures import Architecture
from poets.migrate.tensorflow_library.older_readers import make_loadable_by_older
from poets.migrate.tensorflow_library.types import GraphDef, Tensor
from poets.migrate.tensorflow_library.version2 import tf

FORMAT = "4"  # of the local module; increase it when `save_module` changes its output


def kept_module(path: str, architecture: Architecture, sha256: str, allow_ops: Sequence[str] = ()) -> str:
    """The folder of the frozen network at ``path`` as a module, in the user's cache; the first run creates it.

    Args:
        path: the frozen graph.
        architecture: Architecture.
        sha256: SHA-256 of the file.
        allow_ops: ops that may run although they could act outside the network.

    Raises:
        BadInput: the file is not a frozen graph, not of this architecture, or could act outside itself.
    """
    refuse_outside_ops(read_graph(path, tf.compat.v1.GraphDef(), "--model_dir"), allow_ops, path)
    folder = os.path.join(cache_dir(), "modules", f"{sha256[:32]}-{FORMAT}-tf{tf.__version__}")
    if not os.path.exists(os.path.join(folder, "saved_model.pb")):
        with whole_folder(folder) as temporary:
            save_module(path, architecture, temporary)
    return folder


def save_module(path: str, architecture: Architecture, folder: str) -> None:
    """Write the frozen network as a reusable SavedModel: constants become variables, any batch size.

    study: TF1 imported a graph and found tensors by name. TF2 wraps the graph in a function and replaces its
    constants with variables; the result is an object that can be called, trained and saved.

    Args:
        path: str, the frozen graph.
        architecture: Architecture, whose input and bottleneck tensors are the module's input and output.
        folder: str, an empty folder.
    """
    entry, end = node_name(architecture.input_tensor), architecture.bottleneck_tensor
    network = read_network(path, architecture)
    shape = [architecture.input_size, architecture.input_size, 3]
    write_module(network.graph_def, entry, end, shape, folder, still=network.still)


def read_network(path: str, architecture: Architecture) -> Thawable:
    """The graph at ``path``, cut to the nodes between input and bottleneck, in a form that TensorFlow 2 runs.

    Raises:
        BadInput: the file is not a frozen graph, or not of this architecture.
    """
    graph_def = read_graph(path, tf.compat.v1.GraphDef(), "--model_dir")
    entry, end = node_name(architecture.input_tensor), architecture.bottleneck_tensor
    check_architecture(graph_def, path, architecture)
    return thawable_network(graph_def, entry, end)


def frozen_network(path: str, architecture: Architecture) -> Callable[[Tensor], Tensor]:
    """The network with constant weights: normalised float32 [N, S, S, 3] -> float32 [N, B].

    A served model does not train; constants make it smaller on disk and faster.
    """

    def network(normalized: Tensor) -> Tensor:
        return tf.graph_util.import_graph_def(
            read_network(path, architecture).graph_def,
            input_map={architecture.input_tensor: normalized},
            return_elements=[architecture.bottleneck_tensor],
            name="",
        )[0]

    return network


def write_module(
    graph_def: GraphDef,
    entry: str,
    end: str,
    shape: Sequence[int],
    folder: str,
    prepare: Callable[[Tensor], Tensor] = lambda images: images,
    still: Optional[Set[str]] = None,
) -> None:
    """Write a graph as a reusable SavedModel whose constants are trainable variables.

    Args:
        graph_def: a GraphDef message that TensorFlow 2 runs, with any batch size.
        entry: str, its input node.
        end: str, the output tensor.
        shape: height, width and number of channels of the pictures.
        folder: str, an empty folder.
        prepare: applied to `images` float32 [N, S, S, 3] before the graph. Defaults to nothing.
        still: names of constants that do not train. Defaults to the batch norms' statistics.
    """
    constants, still = thawable(graph_def), statistics(graph_def) if still is None else still
    variables = [tf.Variable(tf.make_ndarray(node.attr["value"].tensor), name=node.name) for node in constants]

    def network(images: Tensor) -> Tensor:
        inputs = {node.name + ":0": variable.read_value() for node, variable in zip(constants, variables)}
        inputs[entry + ":0"] = prepare(images)
        return tf.graph_util.import_graph_def(graph_def, input_map=inputs, return_elements=[end], name="")[0]

    # study: TF2 saves an object's attributes: variables and functions. TF1 saved the default graph.
    module = tf.train.Checkpoint()
    module.variables = variables
    module.trainable_variables = [variable for node, variable in zip(constants, variables) if node.name not in still]
    module.regularization_losses = []
    module.__call__ = tf.function(network, input_signature=[tf.TensorSpec([None] + list(shape), tf.float32, "images")])
    tf.saved_model.save(module, folder)
    make_loadable_by_older(folder)

"""Save the trained model: a SavedModel with signatures, labels and normalisation inside, and a `.keras` file."""

import os
from typing import List, NamedTuple

from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable, whole_file, whole_folder
from poets.migrate.task.networks.zip_metadata import append_card
from poets.migrate.tensorflow_library import signatures
from poets.migrate.tensorflow_library.types import Model, Tensor
from poets.migrate.tensorflow_library.version2 import KERAS_3, keras, tf
from poets.modern import images
from poets.modern.backbone import Backbone


class Exported(NamedTuple):
    saved_model: str
    """Folder."""
    keras: str
    """File, or "" under Keras 2."""


def output_paths(output_graph: str) -> Exported:
    """Where the SavedModel and the `.keras` file go: ``--output_graph`` less a `.pb`, which would be a frozen graph."""
    stem = output_graph[:-3] if output_graph.endswith(".pb") else output_graph.rstrip("/")
    return Exported(stem, stem + ".keras" if KERAS_3 else "")


def check_output_paths(paths: Exported) -> None:
    """Raise BadInput now if an output could not be written later, or would take the place of somebody's folder."""
    check_writable(paths.saved_model, "--output_graph", is_folder=True)
    if paths.keras:
        check_writable(paths.keras, "--output_graph")
    if (
        os.path.isdir(paths.saved_model)
        and os.listdir(paths.saved_model)
        and not os.path.exists(os.path.join(paths.saved_model, "saved_model.pb"))
    ):
        raise BadInput(
            f"--output_graph: the folder {paths.saved_model} is there and holds no SavedModel; it is left alone, "
            "choose another path"
        )


def export(backbone: Backbone, head: Model, labels: List[str], final_name: str, method: str, paths: Exported) -> None:
    """Write both outputs, each whole or not at all.

    Args:
        backbone: Backbone.
        head: trained model from `build_head`.
        labels: list of str, in the order of the classes.
        final_name: str, the name of the softmax output.
        method: "tf1" or "tf2", the resize that `classify_bytes` shall use.
        paths: Exported, from `output_paths`.

    Raises:
        BadInput: an output cannot be written.
    """
    export_saved_model(backbone, head, labels, final_name, method, paths.saved_model)
    if paths.keras:
        model = whole_model(backbone, head, final_name)
        with whole_file(paths.keras) as temporary:
            # Keras insists on the ending, and a temporary file beside the target has none.
            model.save(temporary + ".keras")
            append_card(temporary + ".keras", card_of(backbone, labels, final_name, method))
            os.replace(temporary + ".keras", temporary)


def export_saved_model(
    backbone: Backbone,
    head: Model,
    labels: List[str],
    final_name: str,
    method: str,
    path: str,
) -> None:
    """Write the SavedModel alone, whole or not at all, to the folder ``path``; the rest as for `export`."""
    with whole_folder(path) as folder:
        save_model(backbone, head, labels, final_name, method, folder)


def card_of(backbone: Backbone, labels: List[str], final_name: str, method: str) -> signatures.Card:
    """What travels inside both outputs."""
    return signatures.Card(
        backbone.input_size,
        backbone.input_mean,
        backbone.input_std,
        method,
        labels,
        backbone.identity,
        "input",
        final_name,
    )


def whole_model(backbone: Backbone, head: Model, final_name: str) -> Model:
    """A Keras model: normalised images float32 [N, S, S, 3] -> probabilities float32 [N, C]."""
    pixels = keras.Input([backbone.input_size, backbone.input_size, 3], name="input")
    logits = head.layers[-1](backbone.layer(pixels))
    return keras.Model(pixels, keras.layers.Softmax(name=final_name)(logits))


def save_model(
    backbone: Backbone,
    head: Model,
    labels: List[str],
    final_name: str,
    method: str,
    folder: str,
) -> None:
    """Write the SavedModel into ``folder``, with the project's signatures (`migrate/tensorflow_library/signatures.py`).

    study: a frozen graph's user has to know the input's name, size, mean and standard deviation, and to keep the
    labels beside it. Here they travel inside.
    """
    module = tf.train.Checkpoint()
    network = backbone.frozen
    if network is None or backbone.layer.trainable:
        module.network, network = backbone.layer._module, backbone.layer._function
    weights, biases = (tf.Variable(values) for values in head.get_weights())
    module.head = [weights, biases]
    card = card_of(backbone, labels, final_name, method)

    def probabilities(normalized: Tensor) -> Tensor:
        return tf.nn.softmax(tf.matmul(network(normalized), weights) + biases)

    signatures.save(module, probabilities, card, folder, images, network)

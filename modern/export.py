"""Save the trained model: a SavedModel with signatures, labels and normalisation inside, and a `.keras` file."""

from typing import List

from poets.migrate.task.files import whole_folder
from poets.migrate.tensorflow_library.keras_outputs import output_paths, save_keras
from poets.migrate.tensorflow_library.signatures import ModelMetadata, save
from poets.migrate.tensorflow_library.types import Model, Tensor
from poets.migrate.tensorflow_library.version2 import keras, tf
from poets.modern import images
from poets.modern.backbone import Backbone


def export(backbone: Backbone, head: Model, metadata: ModelMetadata, output_graph: str) -> None:
    """Write both outputs, each completely or not at all.

    Args:
        backbone: Backbone.
        head: trained model from `build_head`.
        metadata: the metadata to store in both files, from `metadata_of`.
        output_graph: the flag's value, of which `output_paths` makes both paths.

    Raises:
        BadInput: an output cannot be written.
    """
    paths = output_paths(output_graph)
    export_saved_model(backbone, head, metadata, paths.saved_model)
    if paths.keras:
        save_keras(whole_model(backbone, head, metadata.output_name), paths.keras, metadata)


def metadata_of(backbone: Backbone, labels: List[str], final_name: str, method: str) -> ModelMetadata:
    """The metadata stored in both outputs.

    study: the user of a frozen graph must know the input's name, size, mean and standard deviation, and keep the labels
    in a separate file. Here the model's files contain all of it.
    """
    mean, std = backbone.layer.input_mean, backbone.layer.input_std
    return ModelMetadata(backbone.input_size, mean, std, method, labels, backbone.identity, "input", final_name)


def whole_model(backbone: Backbone, head: Model, final_name: str) -> Model:
    """A Keras model: normalised images float32 [N, S, S, 3] -> probabilities float32 [N, C]."""
    pixels = keras.Input([backbone.input_size, backbone.input_size, 3], name="input")
    logits = head.layers[-1](backbone.layer(pixels))
    name = final_name.replace("/", "_")  # Keras allows no slash, TF1's scopes have them
    return keras.Model(pixels, keras.layers.Softmax(name=name)(logits))


def export_saved_model(backbone: Backbone, head: Model, metadata: ModelMetadata, path: str) -> None:
    """Write only the SavedModel, completely or not at all, to the folder ``path``.

    `migrate/tensorflow_library/signatures.py` describes its signatures.
    """
    module = tf.train.Checkpoint()
    network = backbone.frozen
    if network is None or backbone.layer.trainable:
        module.network, network = backbone.layer._module, backbone.layer._function
    weights, biases = (tf.Variable(values) for values in head.get_weights())
    module.head = [weights, biases]

    def probabilities(normalized: Tensor) -> Tensor:
        return tf.nn.softmax(tf.matmul(network(normalized), weights) + biases)

    with whole_folder(path) as folder:
        save(module, probabilities, metadata, folder, images, network)

"""The target `savedmodel`: the frozen graph, unchanged and exact, behind the project's signatures."""

from typing import Any, Callable, Optional

from poets.migrate.graphs.network_files import fingerprint
from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.tensorflow_library import signatures
from poets.migrate.tensorflow_library.version2 import tf
from poets.modern import images


def graph_function(reading: Reading, output: str, fed: Optional[str] = None) -> Callable[[Any], Any]:
    """A function normalised float32 [N, S, S, 3] -> output of node ``output``, with the graph's constants.

    Args:
        reading: Reading.
        output: str, a node.
        fed: str, the node whose output the function takes as input; None for the images.
    """
    feed = (fed or reading.roles.input_layer) + ":0"

    def run(normalized: Any) -> Any:
        return tf.graph_util.import_graph_def(
            reading.graph_def, input_map={feed: normalized}, return_elements=[output + ":0"], name=""
        )[0]

    return run


def metadata_of(reading: Reading) -> signatures.ModelMetadata:
    """Metadata in the model: size, normalisation, labels, the graph's origin and its node names."""
    roles = reading.roles
    return signatures.ModelMetadata(
        roles.input_size,
        roles.input_mean,
        roles.input_std,
        "tf1",
        reading.labels,
        fingerprint(reading.path),
        roles.input_layer,
        roles.output_layer,
    )


def save(reading: Reading, folder: str) -> None:
    """Write the SavedModel into ``folder``, which is empty.

    It contains the graph once, in a function that all signatures call; four copies of Inception would take 350 MB.
    """
    size, output = reading.roles.input_size, reading.roles.output_layer

    @tf.function(input_signature=[tf.TensorSpec([None, size, size, 3], tf.float32)], autograph=False)
    def network(normalized: Any) -> Any:
        return tf.graph_util.import_graph_def(
            reading.graph_def,
            input_map={reading.roles.input_layer + ":0": normalized},
            return_elements=[reading.bottleneck + ":0", output + ":0"],
            name="",
        )

    signatures.save(
        tf.train.Checkpoint(network=network),
        lambda normalized: network(normalized)[1],
        metadata_of(reading),
        folder,
        images,
        lambda normalized: network(normalized)[0],
    )

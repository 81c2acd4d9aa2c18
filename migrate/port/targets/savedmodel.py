"""The target `savedmodel`: the frozen graph, unchanged and exact, behind the project's signatures."""

from typing import Any, Callable, Optional

import numpy as np

from poets.migrate.graphs.network_files import fingerprint
from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.task.errors import BadInput
from poets.migrate.task.labelling.model_metadata import ModelMetadata, of_network
from poets.migrate.tensorflow_library import signatures
from poets.migrate.tensorflow_library.pictures.pixels import in_channels
from poets.migrate.tensorflow_library.version2 import tf
from poets.modern import images


def graph_function(reading: Reading, output: str, fed: Optional[str] = None) -> Callable[[Any], Any]:
    """A function normalised float32 [N, H, W, C] -> output of node ``output``, with the graph's constants.

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


def metadata_of(reading: Reading) -> ModelMetadata:
    """Metadata in the model: size, normalisation, labels, the graph's origin and its node names."""
    roles = reading.roles
    ends = [roles.input_layer, roles.answer_layer]
    return of_network(roles.preprocessing, reading.labels, fingerprint(reading.path), ends)


def save(reading: Reading, folder: str) -> None:
    """Write the SavedModel into ``folder``, which is empty.

    It contains the graph once, in a function that all signatures call; four copies of Inception would take 350 MB.
    """
    given, output = reading.roles.preprocessing, reading.roles.answer_layer
    shape = [None, given.height, given.width, given.depth]

    def together(normalized: Any) -> Any:
        return tf.graph_util.import_graph_def(
            reading.graph_def,
            input_map={reading.roles.input_layer + ":0": normalized},
            return_elements=[reading.bottleneck + ":0", output + ":0"],
            name="",
        )

    def one_by_one(normalized: Any) -> Any:
        def of_one(image: Any) -> Any:
            return [found[0] for found in together(image[tf.newaxis])]

        return tf.map_fn(of_one, normalized, fn_output_signature=[tf.float32, tf.float32], parallel_iterations=1)

    network = tf.function(
        one_by_one if reading.one_by_one else together,
        input_signature=[tf.TensorSpec(shape, tf.float32)],
        autograph=False,
    )
    signatures.save(
        tf.train.Checkpoint(network=network),
        lambda normalized: network(normalized)[1],
        metadata_of(reading),
        folder,
        images,
        lambda normalized: network(normalized)[0],
    )


def load(path: str, reading: Reading) -> Callable[[np.ndarray], np.ndarray]:
    """Load what `save` wrote: a function pixels float32 [n, S, S, 3], 0..255 -> probabilities float32 [n, C]."""
    run = tf.saved_model.load(path).signatures["raw"]
    normalize = reading.roles.preprocessing.normalize
    return lambda pixels: np.asarray(list(run(tf.constant(normalize(pixels))).values())[0])


def refuse_mixing(reading: Reading, target: str) -> None:
    """Raise BadInput where photos of a batch would change each other's answers, for a target without a way out."""
    if reading.one_by_one:
        mixing = next(applied for applied in reading.rewrites if applied.name == "one_by_one")
        raise BadInput(
            f"--to {target}: {reading.path} normalises by the statistics of the batch ('{mixing.nodes[0]}'), so it is "
            f"right for one photo at a time only; `--to savedmodel` still works"
        )


def batch_size(reading: Reading) -> Optional[int]:
    """The batch of a port that has no loop over photos: any, or 1 where photos would change each other's answers."""
    return 1 if reading.one_by_one else None


def picture_function(reading: Reading) -> Callable[[Any], Any]:
    """A function RGB pictures float32 [N, H, W, 3], or gray ones [N, H, W, 1], in 0..1 -> probabilities.

    One product and one sum with constants normalise them, so that a port to int8 rounds less often.
    """
    given, answer = reading.roles.preprocessing, graph_function(reading, reading.roles.answer_layer)
    mean, std = np.asarray(given.mean, np.float64), np.asarray(given.std, np.float64)

    def run(pixels: Any) -> Any:
        return answer(in_channels(pixels, given.channels) * np.float32(255.0 / std) - np.float32(mean / std))

    return run

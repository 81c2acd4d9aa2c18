"""The target `hub`: the network up to the bottleneck as a reusable SavedModel, its weights trainable."""

from typing import Any

from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.port.targets.savedmodel import refuse_mixing
from poets.migrate.task.photos.preprocessing import for_tensors
from poets.migrate.tensorflow_library.network_module import write_module
from poets.migrate.tensorflow_library.pictures.pixels import in_channels
from poets.modern import images


def save(reading: Reading, folder: str) -> None:
    """Write the module into ``folder``: `images` float32 [N, S, S, 3] in 0..1 -> features float32 [N, B]."""
    refuse_mixing(reading, "hub")
    roles, given = reading.roles, reading.roles.preprocessing

    def prepare(pixels: Any) -> Any:
        return images.normalize(
            in_channels(pixels * 255.0, given.channels), for_tensors(given.mean), for_tensors(given.std)
        )

    shape = [given.height, given.width, given.depth]
    write_module(reading.graph_def, roles.input_layer, reading.bottleneck + ":0", shape, folder, prepare)

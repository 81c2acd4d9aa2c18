"""The target `hub`: the network up to the bottleneck as a reusable SavedModel, its weights trainable."""

from typing import Any

from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.tensorflow_library.network_module import write_module
from poets.modern import images


def save(reading: Reading, folder: str) -> None:
    """Write the module into ``folder``: `images` float32 [N, S, S, 3] in 0..1 -> features float32 [N, B]."""
    roles = reading.roles

    def prepare(pixels: Any) -> Any:
        return images.normalize(pixels * 255.0, roles.input_mean, roles.input_std)

    write_module(reading.graph_def, roles.input_layer, reading.bottleneck + ":0", roles.input_size, folder, prepare)

"""The baseline's features, held open behind the judge's calls like a twin's: ``... plain_worker worker``."""

import os
import sys
import tempfile
from typing import Any, List, Tuple

import numpy as np

from poets.migrate.task.networks.architectures import find_architecture
from poets.migrate.task.networks.pretrained import find_network
from poets.migrate.task.worker import calls, protocol


class PlainWorker(calls.Worker):
    """`plain_loop` up to the bottleneck. TensorFlow is imported at `open`, once stdout is out of its reach."""

    twin = "plain"

    def open_network(self, architecture: str, model_dir: str, **options: Any) -> Tuple[int, int]:
        from poets.parity_tests.bench import plain_loop

        calls.refuse_options(self.twin, options)
        found = find_architecture(architecture)
        self.keep_bottleneck = plain_loop.keep_bottleneck
        self.network = plain_loop.load(find_network(found, model_dir), found)  # into the default graph, for good
        self.session = plain_loop.tf.Session()
        return found.bottleneck_size, found.input_size

    def compute_features(self, indices: List[int]) -> np.ndarray:
        """float32 [n, 0]: its features lie in text files and nowhere else; what counts is the time."""
        with tempfile.TemporaryDirectory(prefix="poets_bench_") as folder:
            for index in indices:
                self.keep_bottleneck(self.session, self.network, self.path(index), os.path.join(folder, f"{index}.txt"))
        return np.zeros((len(indices), 0), np.float32)


if __name__ == "__main__":
    sys.exit(calls.serve(PlainWorker(), protocol.take_stdout()))

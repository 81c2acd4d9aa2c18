"""The baseline's features, held open behind the judge's calls like a twin's: ``... plain_worker worker``."""

import sys
from typing import Any
from typing import List
from typing import Tuple

import numpy as np

from migrate.task import protocol
from migrate.task import worker
from migrate.task.architectures import find_architecture
from migrate.task.models import find_network


class PlainWorker(worker.Worker):
    """`plain_loop` up to the bottleneck. TensorFlow is imported at `open`, once stdout is out of its reach."""

    twin = "plain"

    def open_network(self, architecture: str, model_dir: str, **options: Any) -> Tuple[int, int]:
        from parity_tests.bench import plain_loop

        worker.refuse_options(self.twin, options)
        found = find_architecture(architecture)
        self.bottleneck_of = plain_loop.bottleneck_of
        self.network = plain_loop.load(find_network(found, model_dir), found)  # into the default graph, for good
        self.session = plain_loop.tf.Session()
        return found.bottleneck_size, found.input_size

    def compute_features(self, indices: List[int]) -> np.ndarray:
        return np.stack([self.bottleneck_of(self.session, self.network, self.path(index)) for index in indices])


if __name__ == "__main__":
    sys.exit(worker.serve(PlainWorker(), protocol.take_stdout()))

"""A worker of the beginner lab that is broken on purpose: what its judge is tested against.

Started as ``python -m parity_tests.broken_mnist_worker FAULT -m modern worker``: the last three words are what the
judge adds to any command.
"""

import os
import signal
import sys

import numpy as np

from migrate.task import protocol
from migrate.task import worker

FAULTS = ("none", "epsilon", "no_dropout_scaling", "shuffled_labels", "order", "nan", "dies")


def make(fault):
    """The modern worker with one fault; made in a function, as this imports TensorFlow."""
    from modern import mnist
    from modern.worker import ModernWorker

    steps_of = mnist.steps_of
    if fault == "epsilon":
        mnist.EPSILON = 1e-8
    if fault == "no_dropout_scaling":
        mnist.steps_of = lambda schedule, lab: (
            (rows, (mask > 0).astype(np.float32)) for rows, mask in steps_of(schedule, lab))

    class BrokenWorker(ModernWorker):
        """The modern twin with one fault."""

        def train_mnist(self, settings, device="auto", **arrays):
            if fault == "dies":
                sys.stderr.write("the last words of the worker\n")
                sys.stderr.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            if fault == "shuffled_labels":
                arrays["labels"] = np.random.RandomState(0).permutation(arrays["labels"])
            if fault == "order":
                arrays["order"] = arrays["order"][:, ::-1]
            result, answers = super().train_mnist(settings, device, **arrays)
            if fault == "nan":
                answers["losses"] = np.where(np.arange(len(answers["losses"])) == 7, np.nan, answers["losses"])
            return result, answers

    return BrokenWorker()


if __name__ == "__main__":
    frames = protocol.take_stdout()
    sys.exit(worker.serve(make(sys.argv[1]), frames))

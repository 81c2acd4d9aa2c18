"""A worker of the beginner lab that can be broken on purpose: what its judge is tested against.

Started as ``python -m parity_tests.broken_mnist_worker [FAULT] -m modern worker``: the last three words are what the
judge adds to any command. The call `inject` chooses another fault, so one process serves every test.
"""

import os
import signal
import sys

import numpy as np

from migrate.task import protocol
from migrate.task import worker

FAULTS = ("none", "epsilon", "no_dropout_scaling", "shuffled_labels", "order", "nan", "dies")


def make(first_fault):
    """The modern worker; made in a function, as this imports TensorFlow."""
    from modern import mnist
    from modern.worker import ModernWorker

    epsilon, steps_of = mnist.EPSILON, mnist.steps_of

    def unscaled(schedule, lab):
        return ((rows, (mask > 0).astype(mask.dtype)) for rows, mask in steps_of(schedule, lab))

    class BrokenWorker(ModernWorker):
        """The modern twin with one fault."""

        CALLS = ModernWorker.CALLS + ("inject",)

        def inject(self, fault):
            """Have ``fault`` from now on."""
            self.fault = fault
            mnist.EPSILON = 1e-8 if fault == "epsilon" else epsilon
            mnist.steps_of = unscaled if fault == "no_dropout_scaling" else steps_of
            return {}, {}

        def train_mnist(self, settings, device="auto", **arrays):
            if self.fault == "dies":
                sys.stderr.write("the last words of the worker\n")
                sys.stderr.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            if self.fault == "shuffled_labels":
                arrays["labels"] = np.random.RandomState(0).permutation(arrays["labels"])
            if self.fault == "order":
                arrays["order"] = arrays["order"][:, ::-1]
            result, answers = super().train_mnist(settings, device, **arrays)
            if self.fault == "nan":
                answers["losses"] = np.where(np.arange(len(answers["losses"])) == 7, np.nan, answers["losses"])
            return result, answers

    made = BrokenWorker()
    made.inject(first_fault)
    return made


if __name__ == "__main__":
    frames = protocol.take_stdout()
    sys.exit(worker.serve(make(sys.argv[1] if sys.argv[1] in FAULTS else "none"), frames))

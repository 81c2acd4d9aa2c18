"""A modern worker that can be broken on purpose: what the judge is tested against.

Started as ``python -m parity_tests.broken_worker -m modern worker``: the last three words are what the judge
adds to any command. The fault to have is chosen by the call `inject`, so one process serves every test.
"""

import contextlib
import os
import signal
import sys
import time

import numpy as np

from migrate.task import protocol
from migrate.task import worker
from parity_tests import small_memory

FAULTS = ("none", "mean_std", "bgr", "swapped_labels", "swapped_in_training", "network_weight", "head_weight", "nan",
          "wrong_shape", "renamed_class", "dies", "hangs", "writes_garbage", "learning_rate", "resplits",
          "ignores_a_flag", "mirrors", "fine_tune_rate",
          "thaws_one_less")  # and out_of_memory_above_N, which is more photos at once than fit
ABOVE = "out_of_memory_above_"


def make(frames):
    """The worker; made in a function, as this imports TensorFlow."""
    from modern.worker import ModernWorker

    class BrokenWorker(ModernWorker):
        """The modern twin with one fault."""

        CALLS = ModernWorker.CALLS + ("inject",)
        faults = ()
        memory = contextlib.ExitStack()

        def inject(self, fault):
            """Have ``fault`` from now on, or several joined by `+`."""
            self.faults = fault.split("+")
            self.memory.close()
            for one in self.faults:
                if one.startswith(ABOVE):
                    self.memory.enter_context(small_memory.holds("modern", int(one[len(ABOVE):])))
            return {}, {}

        def look(self, **arguments):
            if "resplits" in self.faults and arguments["testing_percentage"]:
                arguments["testing_percentage"] += 30
            result, arrays = super().look(**arguments)
            if "renamed_class" in self.faults:
                result["labels"] = ["weed"] + result["labels"][1:]
            return result, arrays

        def retrain(self, folder, argv):
            if "ignores_a_flag" in self.faults:
                argv = argv[:-1]
            return super().retrain(folder, argv)

        def targets(self):
            found = super().targets()
            return _swapped(found) if "swapped_labels" in self.faults else found

        def open_network(self, *arguments, **options):
            size = super().open_network(*arguments, **options)
            if "mean_std" in self.faults:
                self.pretrained = self.pretrained._replace(input_mean=0.0, input_std=255.0)
            if "network_weight" in self.faults:
                weights = self.pretrained.layer._module.variables[0]
                weights.assign(_perturbed(weights.numpy(), 0.05))
            return size

        def decode(self, index):
            if "writes_garbage" in self.faults:
                frames.write(b"Downloading model... 42%\n")
                frames.flush()
            pixels = super().decode(index)
            return pixels[:, :, ::-1] if "bgr" in self.faults else pixels

        def compute_features(self, indices):
            features = super().compute_features(indices)
            if "nan" in self.faults:
                features[0, 0] = np.nan
            return features.T if "wrong_shape" in self.faults else features

        def distorted(self, index, draw):
            pixels = super().distorted(index, draw)
            return pixels[:, ::-1] if "mirrors" in self.faults else pixels

        def fine_tune_copy(self, plan, *arguments):
            if "fine_tune_rate" in self.faults:
                plan = plan._replace(settings=plan.settings._replace(learning_rate=plan.settings.learning_rate * 1.1))
            if "thaws_one_less" in self.faults:
                plan = plan._replace(settings=plan.settings._replace(layers=27))
            return super().fine_tune_copy(plan, *arguments)

        def train_head(self, features, targets, schedule, on_step):
            if "dies" in self.faults:
                sys.stderr.write("the last words of the worker\n")
                sys.stderr.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            if "hangs" in self.faults:
                time.sleep(3600)
            if "swapped_in_training" in self.faults:
                targets = np.array(_swapped(list(targets)))
            if "learning_rate" in self.faults:
                schedule = schedule._replace(learning_rate=schedule.learning_rate * 1.01)
            trained = super().train_head(features, targets, schedule, on_step)
            if "head_weight" in self.faults:
                trained = trained._replace(weights=_perturbed(trained.weights, 1e-5))
            return trained

    return BrokenWorker()


def _swapped(classes):
    return [{0: 1, 1: 0}.get(label, label) for label in classes]


def _perturbed(weights, by):
    changed = np.array(weights)
    changed.flat[changed.size // 2] += by
    return changed


if __name__ == "__main__":
    stdout = protocol.take_stdout()
    sys.exit(worker.serve(make(stdout), stdout))

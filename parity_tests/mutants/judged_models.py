"""Judging mutants of a small model against the model, and sorting them by what they do to its answers."""

import contextlib

import numpy as np

from parity_tests.fixtures import tiny
from parity_tests.fixtures.models import idioms
from parity_tests.fixtures.models.tiny_models import LABELS, NETWORK
from poets.migrate.judge.compare.answers import logits_of, logits_tolerance, tolerance_of
from poets.migrate.judge.models import run
from poets.migrate.judge.models.records import ModelsMeasured, ModelsSetup
from poets.migrate.judge.sides.worker_process import WorkerProcess


def write_original(folder):
    """Write the original graph, its labels and 30 photos into ``folder`` (pathlib.Path), and return it."""
    idioms.write_idiom(folder / "graph.pb", NETWORK)
    (folder / "labels.txt").write_text("\n".join(LABELS) + "\n")
    tiny.draw_photos(folder / "photos", LABELS, 10)
    return folder


def photos_of(folder):
    """(path, kind) of the original's photos."""
    return [(str(path), "jpeg") for path in sorted((folder / "photos").glob("*/*.jpg"))]


def answers(path, photos, **preprocessing):
    """float32 [N, C] of a graph, by a Session of its own; ``preprocessing`` are fields of ModelOptions."""
    from poets.legacy.label_image import GraphClassifier
    from poets.migrate.task.labelling.labels import ModelOptions

    classifier = GraphClassifier(ModelOptions(graph=str(path), **preprocessing))
    return np.concatenate([classifier.answer([photo]) for photo in photos])


def effect(ours, theirs):
    """How many tolerances the answers are apart: those of probabilities, or those of the logits behind them."""
    first, other = logits_of(ours), logits_of(theirs)
    assert first is not None and other is not None
    return max(
        np.abs(ours - theirs).max() / tolerance_of("probabilities", ours),
        np.abs(first - other).max() / logits_tolerance(first),
    )


@contextlib.contextmanager
def no_progress(words, total):
    yield lambda count: None


@contextlib.contextmanager
def judging(folder, photos):
    """Yield a function path of a model -> the ModelPair of the original and that model."""
    with WorkerProcess("first", None, 300, "poets") as first, WorkerProcess("other", None, 300, "poets") as other:

        def judged(path):
            paths = [str(folder / "graph.pb"), str(path)]
            setup = ModelsSetup(paths, {}, None, False, [{}, {}], photos, 5, 0, 300.0, [], False, False, None)
            opened = [run.open_model(one, place, setup, False) for place, one in enumerate((first, other))]
            return run.judge(setup, opened, no_progress, ModelsMeasured())[0].pairs[0]

        yield judged


class Sorted:
    """Mutants by their size and their verdict: lists of words."""

    def __init__(self):
        self.killed, self.survivors, self.below, self.wrong = [], [], [], []

    def add(self, name, pair, size):
        """Sort a mutant in, which moves the answers by ``size`` tolerances."""
        words = f"{name} ({size:.2g} tolerances)"
        if size <= 1:
            self.below.append(words)
            if not pair.passed:
                self.wrong.append(f"{words}: {pair.why}")
        elif pair.passed:
            self.survivors.append(words)
        else:
            self.killed.append(words)

    def __str__(self):
        return f"killed: {len(self.killed)}; below the tolerances: {len(self.below)}: {'; '.join(self.below)}"

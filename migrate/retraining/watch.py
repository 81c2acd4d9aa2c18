"""What both twins do between the steps of a training: progress, evaluations, intermediate networks."""

import contextlib
import math
from typing import Callable, Dict, Iterator, Tuple

from poets.migrate.retraining.network import compute_distorted
from poets.migrate.retraining.run import Run
from poets.migrate.task.training.schedule import Schedule, evaluation_steps, is_evaluation
from poets.migrate.task.training.trained import Batch

WriteCurves = Callable[[int, Batch], Tuple[float, float]]  # (step, batch) -> (cross entropy, accuracy)


class Watch:
    """Watches one training.

    Args:
        run: Run.
        schedule: Schedule.
        train_curves: evaluates the batch that a step was trained on, and writes the curves `train`.
        validation_curves: evaluates validation photos, and writes the curves `validation`.
        store: writes the network in training to a path without extension.
    """

    def __init__(
        self,
        run: Run,
        schedule: Schedule,
        train_curves: WriteCurves,
        validation_curves: WriteCurves,
        store: Callable[[str], None],
    ) -> None:
        self._run, self._schedule, self._store = run, schedule, store
        self._train_curves, self._validation_curves = train_curves, validation_curves
        self._steps, self._interval = len(schedule.train), schedule.eval_step_interval
        self._validation = dict(zip(evaluation_steps(self._steps, self._interval), schedule.validation))
        self._distorted: Dict[int, Batch] = {}  # step -> its batch, kept until it is evaluated
        self._done = 0  # steps

    @contextlib.contextmanager
    def progress(self) -> Iterator[None]:
        """Show a progress bar; `on_step` moves it."""
        with self._run.progress("training", self._steps) as self._advance:
            yield

    @property
    def stop_every(self) -> int:
        """`on_step` must be called after step 0, and after every multiple of this number."""
        return math.gcd(self._interval, self._run.store_every)

    def distorted_batches(self) -> Iterator[Batch]:
        """The schedule's training batches; each photo is distorted anew each time.

        A training that ran out of memory asks for them again, from the first.
        """
        run, photos = self._run, self._run.photos
        for step, (row, draws) in enumerate(zip(self._schedule.train, run.draws(self._schedule))):
            batch = compute_distorted(run.task_network, [photos[index] for index in row], draws), run.one_hot[row]
            if step >= self._done and is_evaluation(step, self._steps, self._interval):
                self._distorted[step] = batch
            yield batch

    def on_step(self, step: int) -> None:
        """Call with each finished step, or with the last of several."""
        self._advance(step + 1 - self._done)
        self._done = step + 1
        if is_evaluation(step, self._steps, self._interval):
            self._note(step)
        if self._run.stored_at(step):
            self._store(self._run.stored_at(step))

    def _note(self, step: int) -> None:
        run, photos, accuracy = self._run, self._validation[step], None
        batch = self._distorted.pop(step) if run.is_distorted() else run.batch(self._schedule.train[step])
        cross_entropy, train_accuracy = self._train_curves(step, batch)
        if len(photos):
            accuracy = self._validation_curves(step, run.batch(photos))[1]
        run.note(step, cross_entropy, train_accuracy, accuracy, len(photos))

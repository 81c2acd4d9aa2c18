"""The training loop: Keras `fit`, many steps inside one call of a compiled function."""

from typing import Any, Callable, Iterator, NamedTuple, Optional, Tuple

import numpy as np

from poets.migrate.task.resources import Resources
from poets.migrate.task.training.schedule import Schedule
from poets.migrate.tensorflow_library.version2 import keras, tf
from poets.modern.device import device_of
from poets.modern.head import Head, Look, Watch, compile_head


class Trained(NamedTuple):
    losses: np.ndarray
    """float32 [steps], cross entropy of each batch before its step."""
    weights: np.ndarray
    """float32 [B, C]."""
    biases: np.ndarray
    """float32 [C]."""


Batch = Tuple[np.ndarray, np.ndarray]  # bottlenecks float32 [n, B], one-hot labels float32 [n, C]

LONGEST_EXECUTION = 500  # steps in one call where nobody wants to look in between


def cached_batches(features: np.ndarray, labels: np.ndarray, classes: int, indices: np.ndarray) -> Any:
    """The batches of a schedule as a tf.data.Dataset, gathered from cached features inside TensorFlow.

    Args:
        features: float32 [N, B].
        labels: int [N].
        classes: int, C.
        indices: int [steps, batch].
    """
    with tf.device("CPU"):  # the features stay in main memory however many there are
        table, one_hot = tf.constant(features), tf.one_hot(labels, classes)
    dataset = tf.data.Dataset.from_tensor_slices(indices)
    return dataset.map(lambda row: (tf.gather(table, row), tf.gather(one_hot, row))).prefetch(tf.data.AUTOTUNE)


def generated_batches(batches: Callable[[], Iterator[Batch]], steps: int, width: int, classes: int) -> Any:
    """Batches that Python makes one by one, as a tf.data.Dataset of known length."""
    signature = (tf.TensorSpec([None, width], tf.float32), tf.TensorSpec([None, classes], tf.float32))
    dataset = tf.data.Dataset.from_generator(batches, output_signature=signature)
    return dataset.apply(tf.data.experimental.assert_cardinality(steps))


def train(
    head: Head,
    batches: Any,
    schedule: Schedule,
    resources: Resources,
    look: Optional[Look] = None,
    on_step: Callable[[int], None] = lambda step: None,
    stop_every: int = 0,
) -> Trained:
    """Fit the final layer on every batch once; where memory runs out, go on from Keras's last call, in parts.

    study: `steps_per_execution` keeps Keras inside one compiled function for that many steps; TF1 came back to
    Python after each.

    Args:
        head: Head.
        batches: tf.data.Dataset of (bottlenecks, one-hot labels), one element a step.
        schedule: Schedule.
        resources: Resources.
        look: called inside the compiled training after steps 0, interval, ... and the last; None for never.
        on_step: called with the step just done, whenever Keras comes back to Python.
        stop_every: int, Keras is to come back after steps 0, this one, twice this one ...; 0 for no such wish.
    """
    steps = len(schedule.train)
    count = schedule.train.shape[1]
    watch = head.watch = Watch(steps, look, schedule.eval_step_interval)
    looker = _Looker(watch, head, on_step)

    def fit(at_once: int) -> None:
        head.at_once = at_once if at_once < count else 0
        compile_head(head, schedule.learning_rate, max(1, min(stop_every or LONGEST_EXECUTION, steps - 1)))
        done = looker.go_back()
        # the first step alone, so that calls end after whole intervals
        for part in (batches.skip(done),) if done else (batches.take(1), batches.skip(1)):
            if int(tf.data.experimental.cardinality(part)) > 0:
                head.fit(part, epochs=1, verbose=0, shuffle=False, callbacks=[looker])

    resources.attempt("training", count, fit)
    weights, biases = head.get_weights()
    if steps:
        resources.ran_on("training", device_of(head))
    return Trained(watch.losses.numpy()[:steps], weights, biases)


class _Looker(keras.callbacks.Callback):
    def __init__(self, watch: Watch, head: Head, on_step: Callable[[int], None]) -> None:
        super().__init__()
        self.watch, self.head, self.on_step = watch, head, on_step
        self.done, self.weights = 0, head.get_weights()

    def go_back(self) -> int:
        """To the last step known to be whole: a call that fails may have applied some of its last gradients."""
        self.head.set_weights(self.weights)
        self.watch.step.assign(self.done)
        return self.done

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        done = int(self.watch.step.numpy())
        if done > self.done:
            self.done, self.weights = done, self.head.get_weights()
            self.on_step(done - 1)

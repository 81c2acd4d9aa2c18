"""The training loop: Keras `fit`, many steps inside one call of a compiled function."""

import math
from typing import Any
from typing import Callable
from typing import Iterator
from typing import NamedTuple
from typing import Tuple

import numpy as np

from migrate.task.schedule import Schedule
from migrate.task.schedule import is_evaluation
from modern.head import compile_head
from modern.tensorflow_v2 import keras
from modern.tensorflow_v2 import tf

Trained = NamedTuple("Trained", [
    ("losses", np.ndarray),  # float32 [steps], cross entropy of each batch before its step
    ("weights", np.ndarray),  # float32 [B, C]
    ("biases", np.ndarray),  # float32 [C]
])

Batch = Tuple[np.ndarray, np.ndarray]  # bottlenecks float32 [n, B], one-hot labels float32 [n, C]

LONGEST_EXECUTION = 500  # steps in one call where nobody wants to look in between


class LossTrace(keras.metrics.Metric):
    """Keeps the cross entropy of every single batch, also of those inside one compiled call of many steps.

    Args:
        steps: int, of the whole training.
    """

    def __init__(self, steps: int) -> None:
        super().__init__(name="loss_trace")
        self.noted = tf.Variable(tf.zeros([max(steps, 1)]), trainable=False)
        self.step = tf.Variable(0, trainable=False, dtype=tf.int64)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Note the loss of one batch; ``y_pred`` are the logits from before the step."""
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y_true, logits=y_pred))
        self.noted.scatter_nd_update([[self.step]], [loss])
        self.step.assign_add(1)

    def result(self) -> Any:
        """The last loss noted."""
        return self.noted[tf.maximum(self.step - 1, 0)]

    def reset_state(self) -> None:
        """Nothing: the trace runs over the whole training, however many calls of `fit` that takes."""

    reset_states = reset_state  # Keras 2.6 and earlier


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
    head: Any,
    batches: Any,
    schedule: Schedule,
    on_evaluation: Any = None,
    on_step: Callable[[int], None] = lambda step: None,
    stop_every: int = 0,
) -> Trained:
    """Fit the final layer on every batch once.

    study: `steps_per_execution` keeps Keras inside one compiled function for that many steps; TF1 came back to
    Python after each. The first step is an execution of its own, so that evaluations fall on steps 0, 10, 20 ...
    as retrain.py's do.

    Args:
        head: model from `build_head`.
        batches: tf.data.Dataset of (bottlenecks, one-hot labels), one element a step.
        schedule: Schedule.
        on_evaluation: called with (step, loss) after steps 0, interval, ... and the last; None for never.
        on_step: called with the step just done, whenever Keras comes back to Python.
        stop_every: int, Keras is to come back after steps 0, this one, twice this one ... too; 0 for no such wish.
    """
    steps = len(schedule.train)
    together = math.gcd(schedule.eval_step_interval if on_evaluation else 0, stop_every) or LONGEST_EXECUTION
    trace = LossTrace(steps)
    compile_head(head, schedule.learning_rate, max(1, min(together, steps - 1)), [trace])
    looker = _Looker(trace, schedule, on_evaluation, on_step)
    for part in (batches.take(1), batches.skip(1)):
        if int(tf.data.experimental.cardinality(part)) > 0:
            head.fit(part, epochs=1, verbose=0, shuffle=False, callbacks=[looker])
    weights, biases = head.get_weights()
    return Trained(trace.noted.numpy()[:steps], weights, biases)


class _Looker(keras.callbacks.Callback):
    def __init__(
        self, trace: LossTrace, schedule: Schedule, on_evaluation: Any, on_step: Callable[[int], None],
    ) -> None:
        super().__init__()
        self.trace, self.schedule, self.on_evaluation, self.on_step = trace, schedule, on_evaluation, on_step
        self.done = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        done = int(self.trace.step.numpy())
        if done == self.done:
            return
        self.done, step = done, done - 1
        if self.on_evaluation and is_evaluation(step, len(self.schedule.train), self.schedule.eval_step_interval):
            self.on_evaluation(step, float(self.trace.noted[step].numpy()))
        self.on_step(step)

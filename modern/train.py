"""The training loop: Keras `fit`, with many steps per call of a compiled function."""

from typing import Callable

import numpy as np

from poets.migrate.task.training.schedule import Schedule
from poets.migrate.task.training.trained import Trained
from poets.migrate.tensorflow_library.each_batch import EachBatch, cross_entropy
from poets.migrate.tensorflow_library.types import Dataset, Model
from poets.migrate.tensorflow_library.version2 import NO_XLA, keras, tf

LONGEST_EXECUTION = 500  # steps per call if nothing happens between them


def cached_batches(features: np.ndarray, labels: np.ndarray, classes: int, indices: np.ndarray) -> Dataset:
    """The batches of a schedule as a tf.data.Dataset, gathered from cached features inside TensorFlow.

    Args:
        features: float32 [N, B].
        labels: int [N].
        classes: int, C.
        indices: int [steps, batch].
    """
    with tf.device("CPU"):  # keeps the features in main memory, however many there are
        table, one_hot = tf.constant(features), tf.one_hot(labels, classes)
    dataset = tf.data.Dataset.from_tensor_slices(indices)
    return dataset.map(lambda row: (tf.gather(table, row), tf.gather(one_hot, row))).prefetch(tf.data.AUTOTUNE)


def train(
    head: Model,
    batches: Dataset,
    schedule: Schedule,
    on_step: Callable[[int], None] = lambda step: None,
    stop_every: int = LONGEST_EXECUTION,
) -> Trained:
    """Fit the final layer on every batch once, by plain gradient descent.

    study: TF1 added the loss, the gradients and the training step to the graph, op by op. Here `compile` is told which
    loss and optimizer to use, and `fit` builds the graph and owns the loop. With `steps_per_execution`, Keras runs that
    many steps inside one compiled function; TF1 returned to Python after every step.

    Args:
        head: model from `build_head`.
        batches: (bottlenecks, one-hot labels), one element per step.
        schedule: Schedule.
        on_step: called with the last finished step, whenever Keras returns to Python.
        stop_every: Keras returns after step 0, after every multiple of this number, and after the last step.
    """
    steps = len(schedule.train)
    at_once = LONGEST_EXECUTION if stop_every % LONGEST_EXECUTION == 0 else stop_every
    losses = EachBatch(cross_entropy, steps)
    head.compile(
        optimizer=keras.optimizers.SGD(schedule.learning_rate),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=[losses],
        steps_per_execution=max(1, min(at_once, steps - 1)),
        **NO_XLA,
    )
    callback = keras.callbacks.LambdaCallback(on_batch_end=lambda batch, logs: on_step(losses.count() - 1))
    # step 0 runs alone, so that later calls end at multiples of the interval, where retrain.py evaluates
    for part in (batches.take(min(steps, 1)), batches.skip(1)):
        if tf.data.experimental.cardinality(part) > 0:
            head.fit(part, verbose=0, shuffle=False, callbacks=[callback])
    weights, biases = head.get_weights()
    return Trained(losses.kept(), weights, biases)

"""The training loop: Keras `fit`, with many steps per call of a compiled function."""

from typing import Callable, Iterator, Tuple

import numpy as np

from poets.migrate.task.training.schedule import Schedule
from poets.migrate.task.training.trained import Batch, Trained
from poets.migrate.tensorflow_library.each_batch import EachBatch, cross_entropy
from poets.migrate.tensorflow_library.types import Dataset, Model
from poets.migrate.tensorflow_library.version2 import keras, tf
from poets.modern.head import compile_head

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


def generated_batches(batches: Callable[[], Iterator[Batch]], steps: int, shape: Tuple[int, int]) -> Dataset:
    """Batches from a Python generator, as a tf.data.Dataset of known length; ``shape`` is (B, C)."""
    signature = tuple(tf.TensorSpec([None, width], tf.float32) for width in shape)
    dataset = tf.data.Dataset.from_generator(batches, output_signature=signature)
    return dataset.apply(tf.data.experimental.assert_cardinality(steps))


def train(
    head: Model,
    batches: Dataset,
    schedule: Schedule,
    on_step: Callable[[int], None] = lambda step: None,
    stop_every: int = LONGEST_EXECUTION,
) -> Trained:
    """Fit the final layer on every batch once.

    study: with `steps_per_execution`, Keras runs that many steps inside one compiled function; TF1 returns to Python
    after every step.

    Args:
        head: model from `build_head`.
        batches: (bottlenecks, one-hot labels), one element per step.
        schedule: Schedule.
        on_step: called with the last finished step, whenever Keras returns to Python.
        stop_every: Keras returns after step 0, after every multiple of this number, and after the last step.
    """
    steps = len(schedule.train)
    losses = EachBatch(cross_entropy, steps)
    compile_head(head, schedule.learning_rate, max(1, min(stop_every, steps - 1)), [losses])
    callback = keras.callbacks.LambdaCallback(on_batch_end=lambda batch, logs: on_step(losses.count() - 1))
    # step 0 runs alone, so that later calls end at multiples of the interval, where retrain.py evaluates
    for part in (batches.take(min(steps, 1)), batches.skip(1)):
        if tf.data.experimental.cardinality(part) > 0:
            head.fit(part, verbose=0, shuffle=False, callbacks=[callback])
    weights, biases = head.get_weights()
    return Trained(losses.kept(), weights, biases)

"""The new final layer: a Keras model of one Dense layer, trained on its own and put behind the network at export."""

from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np

from poets.migrate.tensorflow_library.version2 import KERAS_3, keras, tf

LAYER = "final_training_ops"  # the name scope that legacy's nodes have

# Inside the training: called with (step int64, bottlenecks, one-hot labels), all tensors, after a step.
Look = Callable[[Any, Any, Any], None]


class Watch:
    """What one training notes, and what looks at it. No Keras object, so that its variables are no weights.

    Args:
        steps: int, of the whole training.
        look: called after steps 0, ``interval``, ... and the last; None for never.
        interval: int, steps.
    """

    def __init__(self, steps: int, look: Optional[Look], interval: int) -> None:
        self.losses = tf.Variable(tf.zeros([max(steps, 1)]), trainable=False)
        self.step = tf.Variable(0, trainable=False, dtype=tf.int64)
        self._steps, self._look, self._interval = steps, look, interval

    def note(self, loss: Any, bottlenecks: Any, one_hot: Any) -> None:
        """Note the loss of a step just done, and look where it is time to; adds ops to a compiled function."""
        self.losses.scatter_nd_update([[self.step]], [loss])
        if self._look is not None:
            due = tf.logical_or(self.step % self._interval == 0, tf.equal(self.step, self._steps - 1))
            tf.cond(due, lambda: self._looked(bottlenecks, one_hot), lambda: False)
        self.step.assign_add(1)

    def _looked(self, bottlenecks: Any, one_hot: Any) -> bool:
        self._look(self.step.read_value(), bottlenecks, one_hot)
        return True


@keras.utils.register_keras_serializable(package="poets")
class Head(keras.Model):
    """Bottlenecks float32 [N, B] -> logits float32 [N, C], with a training step that can be watched.

    study: TF1 spelled the training step as ops to `sess.run`. Keras has its own `train_step`; overridden, it is
    compiled like it, and what it notes and looks at costs no way back to Python.
    """

    watch: Optional[Watch] = None
    at_once = 0  # photos computed at once, 0 for the whole batch; read when a function is compiled

    def train_step(self, data: Any) -> Dict[str, Any]:
        """One step of gradient descent on the mean cross entropy of one batch."""
        bottlenecks, one_hot = data
        loss, gradients = (self._in_parts if self.at_once else self._at_once)(bottlenecks, one_hot)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        if self.watch is not None:
            self.watch.note(loss, bottlenecks, one_hot)
        return {"loss": loss}

    def logits_of(self, bottlenecks: Any) -> Any:
        """float32 [N, C] of bottlenecks float32 [N, B], `at_once` photos at a time."""
        if not self.at_once:
            return self(bottlenecks)
        classes = self.outputs[0].shape[-1]
        return tf.while_loop(
            lambda start, logits: start < tf.shape(bottlenecks)[0],
            lambda start, logits: (
                start + self.at_once,
                tf.concat([logits, self(bottlenecks[start : start + self.at_once])], 0),
            ),
            (0, tf.zeros([0, classes])),
            (tf.TensorShape([]), tf.TensorShape([None, classes])),
            parallel_iterations=1,
        )[1]

    def _at_once(self, bottlenecks: Any, one_hot: Any) -> Tuple[Any, List[Any]]:
        """(loss, gradients), both the mean over the photos given."""
        # study: the tape notes what is computed under it. TF1 needs none: the graph is there to be differentiated.
        with tf.GradientTape() as tape:
            logits = self(bottlenecks, training=True)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=one_hot, logits=logits))
        return loss, tape.gradient(loss, self.trainable_variables)

    def _in_parts(self, bottlenecks: Any, one_hot: Any) -> Tuple[Any, List[Any]]:
        """The same, `at_once` photos at a time: the mean of the parts' means, weighted by their sizes."""
        count = tf.shape(bottlenecks)[0]

        def part(start: Any, *means: Any) -> Tuple[Any, ...]:
            some = slice(start, tf.minimum(start + self.at_once, count))
            loss, gradients = self._at_once(bottlenecks[some], one_hot[some])
            share = tf.cast(some.stop - start, tf.float32) / tf.cast(count, tf.float32)
            return (some.stop,) + tuple(mean + share * one for mean, one in zip(means, [loss] + gradients))

        zeros = [tf.zeros([])] + [tf.zeros(variable.shape) for variable in self.trainable_variables]
        means = tf.while_loop(lambda start, *means: start < count, part, [0] + zeros, parallel_iterations=1)
        return means[1], list(means[2:])


def build_head(weights: np.ndarray, biases: np.ndarray) -> Head:
    """The final layer with its initial weights.

    study: no placeholder and no name to find it by later: the layer is an object, its input is its argument.
    It gives logits; the softmax belongs to the loss in training and to the exported model in use.

    Args:
        weights: float32 [B, C].
        biases: float32 [C].
    """
    width, classes = weights.shape
    inputs = keras.Input([width], name="bottleneck")
    head = Head(inputs, keras.layers.Dense(classes, name=LAYER)(inputs), name="head")
    head.set_weights([weights, biases])
    return head


def compile_head(head: Head, learning_rate: float, steps_per_execution: int) -> None:
    """Give the model plain gradient descent, and say how many steps run in one call."""
    options = {"jit_compile": False} if KERAS_3 else {}  # Keras 3 would compile with XLA: slower to start, other sums
    # study: TF1's optimizer added its op to the graph here. Keras keeps the optimizer until `fit` makes a function.
    head.compile(optimizer=keras.optimizers.SGD(learning_rate), steps_per_execution=steps_per_execution, **options)

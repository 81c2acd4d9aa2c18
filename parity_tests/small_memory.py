"""Both twins on a device whose memory holds only so many photos: above that they get TensorFlow's own error.

Real tensors are asked for that no machine holds, so the error is the one that TensorFlow raises, where it raises it.
"""

import contextlib

HUGE = 1 << 21  # squared, of float32: 16 TiB


@contextlib.contextmanager
def holds(twin, most):
    """``twin`` runs out of memory where it computes more than ``most`` photos at once."""
    with {"legacy": _legacy_holds, "modern": _modern_holds}[twin](most):
        yield


@contextlib.contextmanager
def _replaced(owner, name, replacement):
    before = getattr(owner, name)
    setattr(owner, name, replacement(before))
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextlib.contextmanager
def _legacy_holds(most):
    from legacy.tensorflow_v1 import tf

    def run(real):
        def limited(session, fetches, feed_dict=None, options=None, run_metadata=None):
            for tensor, value in (feed_dict or {}).items():
                photos = hasattr(value, "shape") and len(value.shape) == 4 and value.shape[3] == 3
                if (photos or "BottleneckInputPlaceholder" in tensor.name) and len(value) > most:
                    with tf.Graph().as_default(), tf.Session() as other:
                        real(other, tf.fill(tf.placeholder_with_default([HUGE, HUGE], [2]), 1.0))
            return real(session, fetches, feed_dict, options, run_metadata)

        return limited

    with _replaced(tf.Session, "run", run):
        yield


@contextlib.contextmanager
def _modern_holds(most):
    from modern.head import Head
    from modern.hub_layer import HubLayer
    from modern.tensorflow_v2 import tf

    def call(real):
        def limited(layer, inputs, *arguments, **options):
            if getattr(inputs, "shape", [None])[0] is None and not tf.is_tensor(inputs):
                return real(layer, inputs, *arguments, **options)  # symbolic, while a model is built
            zero = tf.cast(tf.minimum(tf.abs(tf.reduce_sum(inputs)), 0.0), tf.int32)  # not foldable to a constant
            side = tf.where(tf.shape(inputs)[0] > most, HUGE, 0) + zero
            return real(layer, inputs + tf.reduce_sum(tf.fill([side, side], 0.0)), *arguments, **options)

        return limited

    with _replaced(Head, "__call__", call), _replaced(HubLayer, "__call__", call):
        yield

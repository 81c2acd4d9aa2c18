"""poets.migrate.port.targets.keras_lift: what has no stock Keras layer is refused in one line that names it."""

import numpy as np
import pytest

from parity_tests.fixtures.models import idioms
from parity_tests.fixtures.models.port_checks import read

pytestmark = pytest.mark.tensorflow

REFUSED = {
    "LRN": lambda tf, images: tf.nn.local_response_normalization(images),
    "MirrorPad": lambda tf, images: tf.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]], "REFLECT"),
    "Pad": lambda tf, images: tf.pad(images, [[0, 0], [0, 0], [0, 0], [0, 2]]),
    "RealDiv": lambda tf, images: 1.0 / (images + 9.0),
    "Mul": lambda tf, images: images * np.ones([8, 8, 3], np.float32),
    "AddV2": lambda tf, images: images + tf.random_normal([3]),
    "Transpose": lambda tf, images: tf.transpose(images, [0, 2, 1, 3]),
    "Mean": lambda tf, images: tf.reduce_mean(images, [1], keepdims=True),
    "Mod": lambda tf, images: images * tf.floormod(tf.random_uniform(tf.shape(images)), 1.0),  # as dropout is
    "Split": lambda tf, images: tf.split(images, 3, 3)[1],
}


@pytest.mark.parametrize("op", sorted(REFUSED))
def test_op_without_a_layer_is_refused_by_name(tmp_path, op):
    from poets.migrate.port.targets import keras_lift
    from poets.migrate.task.errors import BadInput
    from poets.migrate.tensorflow_library.version1 import tf

    def network(images):
        return idioms.head(tf.reduce_mean(REFUSED[op](tf, images), [1, 2]), 2)

    with pytest.raises(BadInput) as raised:
        keras_lift.lift(read(idioms.write_graph(tmp_path / "graph.pb", network)))
    assert "--to savedmodel` still works" in str(raised.value) and "\n" not in str(raised.value)
    said = {"AddV2": "RandomStandardNormal", "Mod": "RandomUniform", "Split": "op Split"}.get(op, f"op {op} of node")
    assert said in str(raised.value)


def test_keras_2_is_refused_in_one_line(tmp_path, monkeypatch):
    from poets.migrate.port.targets import keras_lift
    from poets.migrate.task.errors import BrokenEnvironment

    reading = read(idioms.write_idiom(tmp_path / "graph.pb", idioms.PLAIN))
    monkeypatch.setattr(keras_lift, "KERAS_3", False)
    with pytest.raises(BrokenEnvironment, match="needs Keras 3"):
        keras_lift.save(reading, str(tmp_path / "port.keras"))

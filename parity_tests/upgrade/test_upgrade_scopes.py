"""Which names of a script are TensorFlow's, and which only look like it."""

import pytest

from parity_tests.fixtures.commands.upgrade import found
from poets.migrate.upgrade.rewriting.analyse import analyse


class TestScopes:
    @pytest.mark.parametrize(
        "body",
        [
            "def f(tf):\n    return tf.contrib\n",
            "def f():\n    tf = 1\n    return tf.contrib\n",
            "f = lambda tf: tf.contrib\n",
            "x = [tf.contrib for tf in ()]\n",
            "class A:\n    tf = 1\n    b = tf.contrib\n",
            "def f():\n    from my import tf\n    return tf.contrib\n",
            "exec('tf.contrib')\n",
            "x = 'tf.contrib'  # tf.contrib\n",
            "def f(*tf):\n    return tf.contrib\n",
            "with open('x') as f:\n    f.contrib\n",
        ],
    )
    def test_what_only_looks_like_tensorflow(self, body):
        assert not found("import tensorflow as tf\n" + body)

    @pytest.mark.parametrize(
        "body, column",
        [
            ("def f():\n    return tf.contrib.a\n", 12),
            ("x = lambda: tf.contrib.a\n", 13),
            ("class A:\n    tf = 1\n    def f(self):\n        return tf.contrib.a\n", 16),
            ("def f(x, tf=tf, *, y=1):\n    return tf.contrib.a\n", 12),
            ("f = lambda *, of=tf.contrib: of.a\n", 18),
            ("print(f'{tf.contrib.a}')\n", None),
            ("layers = tf.contrib\ndef f():\n    return layers.a\n", None),
            ("def f(x=tf.contrib.a):\n    pass\n", 9),
            ("@tf.contrib.a\ndef f(): pass\n", 2),
            ("é = tf.contrib.a\n", 5),
            ("f(*tf.contrib.a, **tf.contrib.b)\n", 4),
            ("def f():\n    global tf\n    tf.contrib.a\n", 5),
        ],
    )
    def test_what_is_tensorflow_wherever_it_stands(self, body, column):
        places = found("import tensorflow as tf\n" + body, "error")
        assert places and all(one[2] == "contrib" for one in places)
        assert column is None or places[0][1] == column

    def test_what_is_asked_for_first_is_a_warning(self):
        text = "import tensorflow as tf\nif hasattr(tf, 'contrib'):\n    tf.contrib.a\n"
        assert {one.level for one in analyse(text).findings} == {"warning"}
        text = "import tensorflow as tf\ntrain = getattr(tf.train, name)\nlayer = getattr(tf.layers, name)\n"
        assert found(text, "error") == [(3, 9, "unseen", "getattr(tf.layers, ...)")]  # of tf.train nothing is gone
        text = "import tensorflow as tf\nif mode == 'train':\n    tf.contrib.a\n"
        assert {one.level for one in analyse(text).findings} == {"error"}

"""What `poets upgrade` changes: the import of compat.v1, its one call, and names with an equal."""

import pytest

from parity_tests.fixtures.commands.upgrade import BRIDGED, SCRIPT, found, new
from poets.migrate.upgrade.rewriting.analyse import analyse


class TestBridge:
    def test_the_import_and_one_call_after_it(self):
        assert new(SCRIPT) == BRIDGED

    @pytest.mark.parametrize(
        "old, expected",
        [
            (
                "import tensorflow\ntensorflow.Session()\n",
                "import tensorflow.compat.v1 as tensorflow\ntensorflow.disable_v2_behavior()\ntensorflow.Session()\n",
            ),
            (
                "import os, tensorflow as t, sys  # all\nt.Session()\n",
                "import os, tensorflow.compat.v1 as t, sys  # all\nt.disable_v2_behavior()\nt.Session()\n",
            ),
            (
                "import tensorflow as tf; s = tf.Session()\n",
                "import tensorflow.compat.v1 as tf; tf.disable_v2_behavior(); s = tf.Session()\n",
            ),
            (
                "try: import tensorflow as tf\nexcept ImportError: tf = None\n",
                "try: import tensorflow.compat.v1 as tf; tf.disable_v2_behavior()\nexcept ImportError: tf = None\n",
            ),
            (
                "try:\n\timport tensorflow as tf\nexcept ImportError:\n\ttf = None\n",
                "try:\n\timport tensorflow.compat.v1 as tf\n\ttf.disable_v2_behavior()\nexcept ImportError:\n\ttf = None\n",
            ),
            (
                "def f():\n    import tensorflow as tf\n    import os\n\n    return tf.Session()\n",
                "def f():\n    import tensorflow.compat.v1 as tf\n    import os\n    tf.disable_v2_behavior()\n\n    return "
                "tf.Session()\n",
            ),
            (
                "from tensorflow import (\n    flags,  # two\n    gfile)\nflags.FLAGS\n",
                "from tensorflow.compat.v1 import (\n    flags,  # two\n    gfile)\nimport tensorflow.compat.v1\n"
                "tensorflow.compat.v1.disable_v2_behavior()\nflags.FLAGS\n",
            ),
            (
                "import tensorflow \\\n    as tf\ntf.Session()\n",
                "import tensorflow.compat.v1 \\\n    as tf\ntf.disable_v2_behavior()\ntf.Session()\n",
            ),
            (
                "'''Doc.'''\nfrom __future__ import division\nimport tensorflow as tf\nimport my_model\n\ntf.Session()",
                "'''Doc.'''\nfrom __future__ import division\nimport tensorflow.compat.v1 as tf\nimport my_model\n"
                "tf.disable_v2_behavior()\n\ntf.Session()",
            ),
            ("import tensorflow as tf", "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()"),
            (
                "import tensorflow as tf\r\nimport os\r\n",
                "import tensorflow.compat.v1 as tf\r\nimport os\r\ntf.disable_v2_behavior()\r\n",
            ),
            (
                "import tensorflow as tf\ntf.enable_eager_execution()\n",
                "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\ntf.enable_eager_execution()\n",
            ),
        ],
    )
    def test_where_and_how_it_is_imported(self, old, expected):
        assert new(old) == expected
        assert new(expected) == expected

    def test_two_functions_have_a_call_each_where_the_module_has_none(self):
        text = "def f():\n    import tensorflow as tf\n    tf.Session()\ndef g():\n    import tensorflow as tf\n    "
        "tf.Graph()\n"
        assert new(text).count("    tf.disable_v2_behavior()\n") == 2
        assert new("import tensorflow as tf\n" + text).count("disable_v2_behavior") == 1

    @pytest.mark.parametrize(
        "text",
        [
            "import tensorflow as tf\ntf.compat.v1.disable_eager_execution()\ntf.compat.v1.Session()\n",
            "import tensorflow as tf\nprint(tf.config.list_physical_devices())\n",
            "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\ntf.Session()\n",
            "import tensorflow.compat.v1 as tf\ntf.disable_eager_execution()\n",
            "try:\n    import tensorflow.compat.v1 as tf\n    tf.disable_v2_behavior()\nexcept ImportError:\n"
            "    import tensorflow as tf\ntf.Session()\n",
            "import tensorflow as tf2\nimport tensorflow.compat.v1 as tf\ntf2.function(tf.io.gfile)\n",
        ],
    )
    def test_what_is_for_version_2_already_is_left_alone(self, text):
        assert new(text) == text and not found(text)

    def test_what_is_for_version_2_but_uses_names_of_version_1_needs_a_hand(self):
        text = "import tensorflow as tf\nx = tf.placeholder(tf.config.list_physical_devices())\ntf.contrib.a\n"
        assert new(text) == text
        assert found(text) == [(2, 5, "removed-name", "tf.placeholder"), (3, 1, "contrib", "tf.contrib.a")]
        assert not found("import tensorflow as tf\ntf.compat.v1.placeholder(tf.data.AUTOTUNE)\n")

    def test_compat_v1_with_version_2_left_on_is_a_warning(self):
        text = "import tensorflow.compat.v1 as tf\nx = tf.placeholder(tf.float32)\n"
        assert new(text) == text and found(text, "warning") == [(2, 5, "already-v2", "tf.placeholder")]
        text = "import tensorflow.compat.v1 as tf\nimport tensorflow as tf2\ntf2.placeholder(1)\n"
        assert (3, 1, "removed-name", "tf.placeholder") in found(text, "error")

    def test_the_long_names_beside_the_short_ones_are_version_1(self):
        text = "import tensorflow as tf\nx = tf.get_variable('x')\ntf.compat.v1.Session()\n"
        assert new(text) == text.replace("tensorflow as tf", "tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()")

    def test_what_tf_upgrade_v2_wrote_gets_the_call_that_it_lacks(self):
        assert new("import tensorflow as tf\ntf.compat.v1.Session()\n") == (
            "import tensorflow as tf\ntf.compat.v1.disable_v2_behavior()\ntf.compat.v1.Session()\n"
        )

    def test_resize_bilinear_stays(self):
        text = SCRIPT + "y = tf.image.resize_bilinear(x, [9, 9], align_corners=True)\n"
        assert new(text) == BRIDGED + "y = tf.image.resize_bilinear(x, [9, 9], align_corners=True)\n"
        assert not found(text)

    def test_keras_2_is_asked_for_before_tensorflow_is_imported(self):
        assert new("import tensorflow as tf\ntf.layers.dense(1, 2)\n") == (
            'import os\nos.environ.setdefault("TF_USE_LEGACY_KERAS", "1")\n'
            "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\ntf.layers.dense(1, 2)\n"
        )
        assert new("import os\nimport tensorflow as tf\ntf.layers.dense(1, 2)\n").count("import os\n") == 1

    @pytest.mark.parametrize(
        "old, expected",
        [
            ("w = tf.contrib.layers.xavier_initializer()", "w = tf.glorot_uniform_initializer()"),
            ("w = tf.contrib.layers.xavier_initializer(seed=3)", "w = tf.glorot_uniform_initializer(seed=3)"),
            ("w = (tf.contrib # x\n  .framework.get_global_step())", "w = (tf.train.get_global_step())"),
            ("w = np.zeros(3, np.float)", "w = np.zeros(3, float)"),
            ("w = np.Inf, np.product", "w = np.inf, np.prod"),
        ],
    )
    def test_names_with_an_equal_are_replaced(self, old, expected):
        imports = "import numpy as np\nimport tensorflow as tf\n"
        assert new(imports + old).endswith("\n" + expected)
        assert not found(imports + old)

    @pytest.mark.parametrize(
        "call",
        [
            "xavier_initializer(uniform=False)",
            "xavier_initializer(False)",
            "xavier_initializer",
            "xavier_initializer(**given)",
        ],
    )
    def test_an_initializer_that_might_not_be_equal_is_a_finding(self, call):
        text = "import tensorflow as tf\nw = tf.contrib.layers." + call
        assert new(text).endswith("tf.contrib.layers." + call)
        assert [one[2:] for one in found(text)] == [("contrib", "tf.contrib.layers.xavier_initializer")]

    def test_private_modules_with_a_public_twin(self):
        text = (
            "import tensorflow as tf\nfrom tensorflow.python.framework import dtypes\n"
            "from tensorflow.python.platform import gfile\nx = dtypes.float32, gfile.GFile\n"
        )
        assert new(text) == (
            "import tensorflow.compat.v1 as tf\nfrom tensorflow.compat.v1 import gfile\n"
            "tf.disable_v2_behavior()\nx = tf.float32, gfile.GFile\n"
        )

    @pytest.mark.parametrize(
        "old, expected, levels",
        [
            (
                "import tensorflow.python.platform\nimport tensorflow as tf\n",
                "import tensorflow.python.platform\nimport tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\n",
                ["warning"],
            ),
            (
                "import tensorflow.python.platform\ntensorflow.Session()\n",
                "import tensorflow.compat.v1 as tensorflow\ntensorflow.disable_v2_behavior()\ntensorflow.Session()\n",
                [],
            ),
            (
                "import tensorflow as tf\nfrom tensorflow.python.framework import graph_util, tensor_shape as ts\nts.scalar\n",
                "import tensorflow.compat.v1 as tf\nfrom tensorflow.compat.v1 import graph_util\n"
                "from tensorflow.python.framework import tensor_shape as ts\ntf.disable_v2_behavior()\nts.scalar\n",
                ["warning", "error"],
            ),
        ],
    )
    def test_submodules_and_statements_of_several_modules(self, old, expected, levels):
        assert new(old) == expected == new(expected)
        assert [one.level for one in analyse(old).findings if one.level != "note"] == levels

    def test_a_private_module_that_is_used_for_more_stays_private(self):
        text = "from tensorflow.python.platform import tf_logging\ntf_logging.info(tf_logging.inspect)\n"
        assert "from tensorflow.python.platform import tf_logging\n" in new(text)
        assert found(text, "warning")

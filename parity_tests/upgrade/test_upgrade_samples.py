"""What is said of the sample scripts, as people wrote them for TensorFlow 1."""

import pytest

from parity_tests.fixtures.commands.upgrade import SCRIPTS, findings_of, upgrade
from poets.migrate.upgrade.rewriting.analyse import analyse
from poets.migrate.upgrade.rewriting.files import upgrade_all


class TestSamples:
    def test_slim(self):
        assert findings_of("slim_net.py") == [
            (2, "contrib", "tf.contrib.slim"),
            (3, "contrib", "tf.contrib.slim.nets.vgg"),
            (7, "contrib", "tf.contrib.slim.arg_scope"),
            (7, "contrib", "tf.contrib.slim.conv2d"),
            (7, "contrib", "tf.contrib.slim.l2_regularizer"),
            (8, "contrib", "tf.contrib.slim.repeat"),
            (8, "contrib", "tf.contrib.slim.conv2d"),
            (9, "contrib", "tf.contrib.slim.max_pool2d"),
            (10, "contrib", "tf.contrib.slim.flatten"),
            (11, "contrib", "tf.contrib.slim.nets.vgg"),
            (12, "contrib", "tf.contrib.slim.fully_connected"),
            (18, "contrib", "tf.contrib.slim.learning.create_train_op"),
            (19, "contrib", "tf.contrib.slim.learning.train"),
        ]

    def test_estimator(self):
        assert findings_of("estimator_iris.py", "error") == [
            (11, "removed-name", "tf.estimator.ModeKeys.EVAL"),
            (12, "removed-name", "tf.estimator.EstimatorSpec"),
            (14, "removed-name", "tf.estimator.EstimatorSpec"),
            (18, "removed-name", "tf.estimator.Estimator"),
            (19, "removed-name", "tf.estimator.inputs.numpy_input_fn"),
        ]
        assert findings_of("estimator_iris.py", "warning") == [(9, "keras-2", "tf.layers.dense")]

    def test_contrib_without_an_equal(self):
        assert findings_of("contrib_mix.py") == [
            (3, "contrib", "tf.contrib.layers"),
            (4, "contrib", "tf.contrib.layers.fully_connected"),
            (4, "contrib", "tf.contrib.layers.xavier_initializer"),
            (5, "contrib", "tf.contrib.training.HParams"),
            (6, "tutorials", "tensorflow.examples.tutorials.mnist.input_data"),
            (8, "contrib", "tf.contrib.training.HParams"),
            (9, "tutorials", "tensorflow.examples.tutorials.mnist.input_data.read_data_sets"),
            (11, "contrib", "tf.contrib.layers.fully_connected"),
            (11, "contrib", "tf.contrib.layers.xavier_initializer"),
            (12, "contrib", "tf.contrib.layers.fully_connected"),
            (13, "contrib", "tf.contrib.layers.l2_regularizer"),
            (14, "contrib", "tf.contrib.crf.crf_log_likelihood"),
            (16, "contrib", "tf.contrib.metrics.accuracy"),
            (18, "contrib", "tf.contrib.framework.arg_scope"),
        ]

    def test_private_names_that_are_gone(self):
        assert findings_of("internals_gone.py", "error") == [
            (3, "private-module", "tensorflow.python.ops.gen_linalg_secret"),
            (5, "private-module", "tensorflow.python.summary.event_multiplexer"),
            (9, "private-module", "tensorflow.python.framework.tensor_shape.scalar"),
            (11, "private-module", "tf.python.ops"),
            (11, "removed-name", "tf.pywrap_tensorflow.NewCheckpointReader"),
        ]

    def test_what_cannot_be_seen(self):
        assert findings_of("hidden.py") == [
            (4, "star-import", "from tensorflow import *"),
            (8, "unseen", "getattr(tf, ...)"),
            (10, "removed-name", "tf.contrib"),
            (11, "unseen", "import_module('tensorflow.contrib.slim')"),
            (12, "unseen", "configure(tf)"),
            (13, "version-check", "tf.__version__"),
            (14, "removed-name", "tf.concat_v2"),
        ]

    def test_names_from_before_version_1(self):
        assert findings_of("old_names.py") == [
            (4, "removed-name", "tf.mul"),
            (4, "removed-name", "tf.sub"),
            (5, "removed-name", "tf.scalar_summary"),
            (6, "removed-name", "tf.merge_all_summaries"),
            (7, "python-2-name", "xrange"),
            (8, "removed-name", "tf.pack"),
            (9, "removed-name", "tf.train.SummaryWriter"),
            (11, "python-2-name", ".iteritems()"),
            (12, "python-2-name", "unicode"),
        ]

    def test_python_2_is_named_line_by_line_and_left_alone(self, tmp_path, capsys):
        assert findings_of("python2.py") == [
            (3, "python-2-syntax", "module urllib2"),
            (5, "python-2-syntax", "tuple parameter"),
            (7, "python-2-syntax", "print statement"),
            (8, "python-2-syntax", "print >>file"),
            (8, "python-2-syntax", "backticks"),
            (9, "python-2-syntax", "except X, e"),
            (10, "python-2-syntax", "raise X, value"),
            (11, "python-2-syntax", "<>"),
            (11, "python-2-syntax", "octal number"),
            (11, "python-2-syntax", "long number"),
            (12, "python-2-syntax", "exec statement"),
            (13, "python-2-syntax", "ur'...'"),
            (15, "python-2-syntax", "print statement"),
        ]
        before = (SCRIPTS / "python2.py").read_bytes()
        (tmp_path / "old.py").write_bytes(before)
        assert upgrade(tmp_path / "old.py", "--in-place") == 1
        assert (tmp_path / "old.py").read_bytes() == before

    @pytest.mark.parametrize("name", sorted(path.name for path in SCRIPTS.glob("*.*") if path.name != "python2.py"))
    def test_twice_is_once(self, name, tmp_path, capsys):
        target = tmp_path / name
        target.write_bytes((SCRIPTS / name).read_bytes())
        upgrade(target, "--in-place", "-q")
        once = target.read_bytes()
        upgrade(target, "--in-place", "-q")
        assert target.read_bytes() == once != (SCRIPTS / name).read_bytes()

    def test_what_needs_a_hand_still_needs_it_afterwards(self):
        for name in ("slim_net.py", "estimator_iris.py", "contrib_mix.py", "old_names.py", "layers_net.py"):
            [one] = upgrade_all([str(SCRIPTS / name)])
            assert one.result is not None
            kinds = [
                [(each.rule, each.subject) for each in findings if each.level in ("error", "warning")]
                for findings in (one.result.findings, analyse(one.result.text).findings)
            ]
            assert kinds[0] == kinds[1] != []

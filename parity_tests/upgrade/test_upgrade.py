"""`poets upgrade`: what it changes in a script and what it says, without running either."""

import ast
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from poets.migrate import cli
from poets.migrate.study.lesson import ORDER
from poets.migrate.task.worker.start import project_root
from poets.migrate.upgrade import screen
from poets.migrate.upgrade.program import names
from poets.migrate.upgrade.program.finding import RULES
from poets.migrate.upgrade.rewriting.analyse import analyse
from poets.migrate.upgrade.rewriting.files import upgrade_all
from poets.migrate.upgrade.rules import advice, lessons

SCRIPTS = Path(__file__).resolve().parent / "tf1_scripts"
SCRIPT = "import tensorflow as tf\nx = tf.placeholder(tf.float32)\n"
BRIDGED = "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\nx = tf.placeholder(tf.float32)\n"


def new(text):
    """What a script becomes."""
    return analyse(text).text


def found(text, *levels):
    """(line, column, rule, subject) of what there is to say, notes left out if no levels are given."""
    return [
        (one.line, one.column, one.rule, one.subject)
        for one in analyse(text).findings
        if one.level in (levels or ("error", "warning"))
    ]


def findings_of(name, *levels):
    """(line, rule, subject) of a sample script."""
    [one] = upgrade_all([str(SCRIPTS / name)])
    return [
        (each.line, each.rule, each.subject)
        for each in one.result.findings
        if each.level in (levels or ("error", "warning"))
    ]


def upgrade(*argv):
    """The exit code of `poets upgrade`."""
    return cli.main(["upgrade"] + [str(word) for word in argv])


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
            kinds = [
                [(each.rule, each.subject) for each in findings if each.level in ("error", "warning")]
                for findings in (one.result.findings, analyse(one.result.text).findings)
            ]
            assert kinds[0] == kinds[1] != []


class TestOtherPackages:
    def test_keras_by_itself(self):
        text = (
            "from keras.preprocessing.image import ImageDataGenerator\nfrom keras import optimizers\n"
            "model.compile(optimizers.SGD(lr=0.1))\nmodel.fit_generator(g)\nmodel.save('m.h5')\n"
        )
        assert [one[::3] for one in found(text, "error", "warning", "note")] == [
            (1, "keras.preprocessing.image.ImageDataGenerator"),
            (1, "keras.preprocessing.image.ImageDataGenerator"),
            (2, "keras.optimizers"),
            (3, "lr="),
            (4, ".fit_generator()"),
            (5, "m.h5"),
        ]
        assert new(text) == text

    def test_hub_modules(self):
        text = "import tensorflow_hub as hub\nm = hub.Module('https://tfhub.dev/x/1')\n"
        assert found(text) == [(2, 5, "removed-name", "hub.Module")]

    def test_numpy_names_without_an_equal(self):
        text = SCRIPT + "import numpy as np\nnp.asscalar(x)\nint = 3\ny = np.int\n"
        assert found(text) == [(4, 1, "numpy", "np.asscalar"), (6, 5, "numpy", "np.int")]

    def test_python_2_names_are_not_said_of_programs_for_both(self):
        text = (
            "try:\n    xrange\nexcept NameError:\n    xrange = range\ntry:\n    import cPickle as pickle\n"
            "except ImportError:\n    import pickle\nimport sys\nif sys.version_info[0] == 2:\n    text = "
            "unicode\n"
        )
        assert not found(text)


class TestCommand:
    def test_a_dry_run_writes_nothing_and_says_so(self, tmp_path, capsys):
        (tmp_path / "a.py").write_text(SCRIPT)
        assert upgrade(tmp_path) == 0
        out, err = capsys.readouterr()
        assert "a.py: TensorFlow 1, 2 lines to change" in out and "nothing is written" in err
        assert "poets study placeholders" in out and (tmp_path / "a.py").read_text() == SCRIPT

    def test_check(self, tmp_path, capsys):
        (tmp_path / "a.py").write_text(SCRIPT)
        assert upgrade(tmp_path, "--check") == 1
        (tmp_path / "a.py").write_text(BRIDGED)
        assert upgrade(tmp_path, "--check") == 0

    def test_in_place_keeps_modes_and_what_links_lead_to(self, tmp_path, capsys):
        (tmp_path / "real").mkdir()
        script = tmp_path / "real" / "a.py"
        script.write_text(SCRIPT)
        script.chmod(0o750)
        (tmp_path / "link.py").symlink_to(script)
        assert upgrade(tmp_path / "link.py", "--in-place") == 0
        assert script.read_text() == BRIDGED and stat.S_IMODE(script.stat().st_mode) == 0o750
        assert (tmp_path / "link.py").is_symlink()

    def test_output_is_the_whole_tree(self, tmp_path, capsys):
        (tmp_path / "in" / "deep").mkdir(parents=True)
        (tmp_path / "in" / "deep" / "a.py").write_text(SCRIPT)
        (tmp_path / "in" / "b.py").write_bytes(b"# coding: latin-1\r\nx = '\xe9'\r\n")
        (tmp_path / "in" / "labels.txt").write_text("daisy\n")
        (tmp_path / "in" / "run.sh").write_text("#!/bin/sh\n")
        (tmp_path / "in" / "run.sh").chmod(0o755)
        assert upgrade(tmp_path / "in", "--output", tmp_path / "out") == 0
        assert (tmp_path / "out" / "deep" / "a.py").read_text() == BRIDGED
        assert (tmp_path / "out" / "b.py").read_bytes() == (tmp_path / "in" / "b.py").read_bytes()
        assert (tmp_path / "out" / "labels.txt").exists() and os.access(str(tmp_path / "out" / "run.sh"), os.X_OK)
        assert (tmp_path / "in" / "deep" / "a.py").read_text() == SCRIPT

    @pytest.mark.parametrize("output", ["in", "in/deeper", "."])
    def test_output_never_over_what_is_read(self, output, tmp_path, capsys):
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "a.py").write_text(SCRIPT)
        paths = [tmp_path / "in"] if output != "." else [tmp_path / "a.py"]
        (tmp_path / "a.py").write_text(SCRIPT)
        assert upgrade(*paths, "--output", tmp_path / output) == 2
        assert "choose another folder" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "name, data, words",
        [
            ("a.py", b"x = '\xff'\n", "not UTF-8 text"),
            ("a.py", b"# coding: klingon\n", "unknown encoding"),
            ("a.ipynb", b"{", "not a notebook of format 4"),
            ("a.ipynb", b'{"worksheets": []}', "not a notebook of format 4"),
            ("a.ipynb", b"\xff", "not UTF-8"),
        ],
    )
    def test_what_cannot_be_read_has_one_line_and_the_rest_is_still_told(self, name, data, words, tmp_path, capsys):
        (tmp_path / name).write_bytes(data)
        (tmp_path / "b.py").write_text(SCRIPT)
        assert upgrade(tmp_path, "--json", tmp_path / "out.json") == 2
        [line] = [one for one in capsys.readouterr().err.splitlines() if not one.startswith("nothing is written")]
        assert line.startswith("error: ") and words in line
        files = {os.path.basename(one["path"]): one for one in json.loads((tmp_path / "out.json").read_text())["files"]}
        assert words in files[name]["error"] and files["b.py"]["changed"]

    @pytest.mark.parametrize(
        "argv, words",
        [
            (["nowhere"], "no such file or folder"),
            (["."], "neither a .py nor an .ipynb"),
            (["--in-place"], "required: PATH"),
            (["a.py", "--json", "-", "--sarif", "-"], "both write to standard output"),
            (["a.py", "--in-place", "--check"], "not allowed with"),
            (["a.py", "--prove", "a.py"], "needs --legacy-python"),
            (["a.py", "a.py", "--prove", "a.py", "--legacy-python", "p"], "one script or folder"),
            (["a.py", "--tolerance", "nan"], "not between 0 and 1"),
            (["a.py", "--timeout", "0"], "--timeout: 0 is not"),
            (["dangling.py"], "a link to nothing"),
            (["a.py", "--style", "modern"], "invalid choice"),
        ],
    )
    def test_bad_input_has_one_line_and_code_2(self, argv, words, tmp_path, capsys, monkeypatch):
        monkeypatch.chdir(str(tmp_path))
        if "a.py" in argv:
            (tmp_path / "a.py").write_text(SCRIPT)
        elif "dangling.py" in argv:
            (tmp_path / "dangling.py").symlink_to("nothing")
        try:
            code = upgrade(*argv)
        except SystemExit as ending:
            code = ending.code
        assert code == 2 and words in capsys.readouterr().err

    def test_json(self, tmp_path, capsys):
        assert upgrade(SCRIPTS / "estimator_iris.py", "--json", "-") == 1
        record = json.loads(capsys.readouterr().out)
        assert record["tensorflow"]["tf1"] == "1.15.5" and record["counts"] == {"error": 5, "warning": 1, "note": 0}
        [one] = record["files"]
        assert one["changed"] and one["state"] == "TensorFlow 1"
        assert one["findings"][1]["line"] == 11 and one["findings"][1]["see"] == "modern/train.py"
        assert {each["lesson"] for each in one["modern"]} == {"optimizers", "keras"}

    def test_sarif_has_the_structure_that_reviewers_read(self, tmp_path, capsys):
        assert upgrade(SCRIPTS, "--sarif", tmp_path / "out.sarif", "-q") == 1
        record = json.loads((tmp_path / "out.sarif").read_text())
        assert record["version"] == "2.1.0" and record["$schema"].endswith("sarif-schema-2.1.0.json")
        [run] = record["runs"]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert rules == list(RULES) and run["invocations"] == [
            {"executionSuccessful": True, "toolExecutionNotifications": []}
        ]
        assert len(run["results"]) > 60
        for one in run["results"]:
            assert rules[one["ruleIndex"]] == one["ruleId"] and one["level"] in ("error", "warning", "note")
            [location] = one["locations"]
            place = location["physicalLocation"]
            assert place["artifactLocation"]["uri"] and one["message"]["text"]
            assert min(place.get("region", {"startLine": 1}).values()) >= 1

    def test_the_diff_and_the_report_in_80_columns(self):
        upgraded = upgrade_all([str(SCRIPTS / "saver.py")])
        stream = io.StringIO()
        console = Console(file=stream, width=80, color_system=None)
        screen.show_diff(upgraded, console)
        screen.show(upgraded, console, True)
        text = stream.getvalue()
        assert "\n+import os, numpy as np, tensorflow.compat.v1 as tf\n+tf.disable_v2_behavior()\n" in text
        assert "note  28:20 tf.contrib.framework.list_variables" in text
        assert "legacy/export.py -> modern/export.py, poets study saving" in text
        assert "1 file, 1 to change; 0 errors, 0 warnings, 1 note: nothing must be fixed by hand" in text

    def test_it_imports_no_tensorflow(self):
        program = (
            f"import sys; from poets.migrate import cli; cli.main(['upgrade', {str(SCRIPTS)!r}, '-q']);"
            " sys.exit(len({'tensorflow', 'keras'} & set(sys.modules)))"
        )
        assert (
            subprocess.run(
                [sys.executable, "-c", program], cwd=project_root(), stderr=subprocess.DEVNULL, timeout=120
            ).returncode
            == 0
        )


class TestTables:
    def test_every_advice_and_lesson_leads_to_files_that_are_there(self):
        files = {one[1] for one in advice.BY_NAME.values()}
        files |= {path for lesson in lessons.LESSONS for path in (lesson.legacy, lesson.modern)}
        assert [path for path in files if not os.path.exists(os.path.join(project_root(), path))] == []
        assert lessons.lesson_names() == list(ORDER)  # as `poets study` has them

    def test_every_name_that_version_2_lacks_is_found(self):
        removed = names.table()["removed"]
        assert len(removed) > 30
        for name in removed:
            text = f"import tensorflow as tf\nx = {name}.y\n"
            assert [one[3] for one in found(text, "error")] == [name + ".y"], name

    def test_what_stands_for_a_private_or_contrib_name_is_there(self):
        for _, (new_name, _) in advice.SAME.items():
            assert names.look_up("tf." + new_name).state != names.GONE, new_name
        for public in advice.PUBLIC_MODULES.values():
            assert names.look_up("tf." + public).state != names.GONE, public

    def test_the_scripts_are_python(self):
        for path in SCRIPTS.glob("*.py"):
            if path.name != "python2.py":
                ast.parse(path.read_bytes())

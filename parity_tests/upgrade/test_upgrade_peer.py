"""What tf_upgrade_v2, which ships with TensorFlow 2, says of the sample scripts, and what `poets upgrade` says."""

import contextlib
import io
import warnings
from pathlib import Path

import pytest

from poets.migrate.upgrade.rewriting.analyse import count
from poets.migrate.upgrade.rewriting.files import upgrade_all

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

SCRIPTS = Path(__file__).resolve().parent / "tf1_scripts"


def peer(path, folder):
    """(issues, text) of tf_upgrade_v2 on one script."""
    from tensorflow.tools.compatibility import ast_edits, tf_upgrade_v2

    upgrader = ast_edits.ASTCodeUpgrader(tf_upgrade_v2.TFAPIChangeSpec())
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, of what Python deprecated since
        _, _, errors = upgrader.process_file(str(path), str(folder / path.name))
    return len(errors), (folder / path.name).read_text() if (folder / path.name).exists() else ""


def ours(path):
    """Our errors and new text."""
    [one] = upgrade_all([str(path)])
    assert one.result is not None
    return count(one.result.findings)["error"], one.result.text


@pytest.mark.parametrize(
    "name, issues", [("estimator_iris.py", 0), ("internals_gone.py", 1), ("old_names.py", 0), ("python2.py", 0)]
)
def test_scripts_that_need_a_hand_and_of_which_the_peer_has_next_to_no_complaint(name, issues, tmp_path):
    said, _ = peer(SCRIPTS / name, tmp_path)
    found, _ = ours(SCRIPTS / name)
    print(f"{name}: tf_upgrade_v2 {int(said)} issues, poets {int(found)} errors")
    assert said == issues and found >= 5


def test_the_resize_that_the_peer_changes_stays(tmp_path):
    _, theirs = peer(SCRIPTS / "label_image.py", tmp_path)
    _, text = ours(SCRIPTS / "label_image.py")
    assert "tf.image.resize(" in theirs and "resize_bilinear" not in theirs
    assert "tf.image.resize_bilinear(" in text


def test_the_sessions_that_the_peer_leaves_with_eager_execution_on(tmp_path):
    _, theirs = peer(SCRIPTS / "mnist_lab.py", tmp_path)
    assert "tf.compat.v1.InteractiveSession" in theirs and "disable" not in theirs
    assert "disable_v2_behavior()" in ours(SCRIPTS / "mnist_lab.py")[1]

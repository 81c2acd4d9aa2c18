"""The twins as a lesson: the same files, the same function names for the same step, and TensorFlow in every file."""

import ast
import os
import re
from pathlib import Path
from typing import Set

import pytest

from poets.migrate.task.worker.start import project_root

ROOT = Path(project_root())
FILES = sorted(path.name for path in (ROOT / "legacy").glob("*.py"))
LESSONS = [name for name in FILES if not name.startswith("__") and name != "worker.py"]
# What only one of both has, and why.
ONLY_LEGACY = {
    "bottlenecks.py": {
        "Preprocessing": "the tensors that a Session is fed at and asked for",
        "add_preprocessing": "ops are added to the graph once, before the first photo",
    },
    "evaluate.py": {"add_evaluation": "ops of the graph; modern's `evaluate` is called with arrays"},
    "fine_tune.py": {
        "add_descent": "loss, gradients and training op are added to the graph; modern has `gradient_function`",
    },
    "head.py": {
        "Head": "placeholders, variables, loss and training op, to be found again; in Keras the model holds them",
        "add_head": "adds all that to the graph; modern has `build_head`, and `compile` in `train`",
    },
    "images.py": {
        "Stages": "the tensors of one file format, each of which a Session can be asked for",
        "add_stages": "adds them; modern calls its functions one after the other",
    },
    "label_image.py": {"GraphClassifier": "a frozen graph in a Session; modern's is `ModelClassifier`"},
    "train.py": {"take_step": "one sess.run; in Keras a step is inside `fit`"},
    "worker.py": {"LegacyWorker": "each twin's own"},
}
ONLY_MODERN = {
    "backbone.py": {
        "load_hub": "TensorFlow Hub modules, which TF2 loads and Keras trains",
        "load": "chooses between a Hub module and a frozen network",
    },
    "bottlenecks.py": {"check_pixels": "decodes alone; legacy's `read_pixels` raises the same error"},
    "evaluate.py": {"evaluate": "a function; legacy's `add_evaluation` adds ops"},
    "export.py": {
        "metadata_of": "labels and normalisation travel inside a SavedModel, not inside a frozen graph",
        "whole_model": "network and final layer as one Keras model, for the `.keras` file",
        "export_saved_model": "one of two outputs, and what intermediate networks are stored as",
    },
    "fine_tune.py": {
        "gradient_function": "a tape around the forward pass; legacy's `add_descent` adds ops",
        "values_of": "variables are read one by one; a Session fetches them all",
    },
    "head.py": {
        "build_head": "layers; what else legacy's `add_head` adds to the graph is `compile`'s, in `train`",
    },
    "label_image.py": {"ModelClassifier": "a SavedModel or `.keras` file; legacy's is `GraphClassifier`"},
    "mnist.py": {
        "cross_entropy": "kept per batch by a metric; an op of the graph in legacy",
        "batches": "a tf.data pipeline for `fit`; legacy's loop feeds arrays",
        "export": "a SavedModel and a `.keras` file; legacy freezes with `export.py`",
    },
    "summaries.py": {
        "curves": "writes from a compiled function; legacy's `train_and_watch` runs the merged summary ops",
    },
    "worker.py": {"ModernWorker": "each twin's own"},
}
# What makes a line TensorFlow's: the packages' names, names of their classes, and methods and arguments that only they
# have. Names that this project chose (head, pretrained, network, graph_def, logits, writer) do not count.
TOUCHES = re.compile(
    r"\b(tf|keras|session|Session|Graph|GraphDef|Tensor|Variable|Operation|Layer|Model|Dataset|Optimizer|Writer|HubLayer"
    r"|feed_dict|steps_per_execution)\b"
    r"|\.(fit|compile|predict|numpy|get_weights|set_weights|trainable|trainable_variables|apply_gradients"
    r"|compute_gradients|add_summary|as_default|prefetch)\b"
)
LEAST_SHARE = 0.3


def names_of(twin, name):
    """The functions and classes at a file's top, in order."""
    tree = ast.parse((ROOT / twin / name).read_text(encoding="utf-8"))
    return [node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]


def code_lines(text):
    """The lines of code: no imports, docstrings, comments or empty lines."""
    left_out: Set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr):
            is_left_out = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        else:
            is_left_out = isinstance(node, (ast.Import, ast.ImportFrom))
        if is_left_out and isinstance(node, ast.stmt):
            left_out.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return [
        line
        for number, line in enumerate(text.splitlines(), 1)
        if number not in left_out and line.strip() and not line.strip().startswith("#")
    ]


def test_both_have_the_same_files():
    assert FILES == sorted(path.name for path in (ROOT / "modern").glob("*.py"))


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("__")])
def test_the_same_step_has_the_same_name(name):
    legacy, modern = names_of("legacy", name), names_of("modern", name)
    assert {one for one in legacy if one not in modern} == set(ONLY_LEGACY.get(name, {}))
    assert {one for one in modern if one not in legacy} == set(ONLY_MODERN.get(name, {}))
    assert [one for one in legacy if one in modern] == [one for one in modern if one in legacy]


@pytest.mark.parametrize("twin", ["legacy", "modern"])
@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_about_tensorflow(twin, name):
    lines = code_lines((ROOT / twin / name).read_text(encoding="utf-8"))
    touching = [line for line in lines if TOUCHES.search(line)]
    assert len(touching) >= LEAST_SHARE * len(lines), f"{len(touching)} of {len(lines)} lines of code"


def test_modern_is_not_longer_than_legacy():
    lengths = {
        twin: sum((ROOT / twin / name).read_text(encoding="utf-8").count("\n") for name in FILES if name != "worker.py")
        for twin in ("legacy", "modern")
    }
    assert lengths["modern"] <= lengths["legacy"], lengths


def test_modern_trains_with_stock_keras():
    for name in FILES:
        text = (ROOT / "modern" / name).read_text(encoding="utf-8")
        for custom in ("train_step", "tf.while_loop", "scatter_nd_update", "keras.Model)"):
            assert custom not in text, f"{custom} in modern/{name}"
    assert os.path.exists(str(ROOT / "docs" / "hooks.py"))  # which shows both retrain.py side by side

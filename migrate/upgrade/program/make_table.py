"""Make tf_names.json from the names in TensorFlow 1.15, the newest TensorFlow 2 and an older TensorFlow 2.

::

    python -m poets.migrate.upgrade.program.make_table --tf1 PYTHON --tf2 PYTHON --older PYTHON
"""

import argparse
import json
import os
import subprocess
import sys
from typing import Any, Dict, List

from poets.migrate.task.files import write_text
from poets.migrate.task.python_command import command_words

FOLDER = os.path.dirname(os.path.abspath(__file__))
KERAS_PARTS = ("tf.keras", "tf.layers", "tf.nn.rnn_cell")


def main() -> int:
    """Query all three and write the table."""
    parser = argparse.ArgumentParser(
        prog="python -m poets.migrate.upgrade.program.make_table", description=__doc__.split("\n")[0]
    )
    for name in ("--tf1", "--tf2", "--older"):
        parser.add_argument(name, required=True, metavar="PYTHON")
    flags = parser.parse_args()
    tf1, older = ask(flags.tf1, "--tf1"), ask(flags.older, "--older")
    tf2, keras_2 = ask(flags.tf2, "--tf2"), ask(flags.tf2, "--tf2", TF_USE_LEGACY_KERAS="1")
    write_text(os.path.join(FOLDER, "tf_names.json"), as_text(compare(tf1, tf2, keras_2, older)))
    return 0


def ask(python: str, flag: str, **environment: str) -> Dict[str, Any]:
    """Run ``walk_names`` under another Python."""
    # TF 2 sets it, and TF 1 reads it
    clean = {name: value for name, value in os.environ.items() if name != "TF2_BEHAVIOR"}
    run = subprocess.run(
        command_words(python, flag) + [os.path.join(FOLDER, "walk_names.py")],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(clean, **environment),
    )
    [line] = [one for one in run.stdout.decode("utf-8").splitlines() if one.startswith("NAMES ")]
    found: Dict[str, Any] = json.loads(line[6:])
    return found


def compare(tf1: Dict[str, Any], tf2: Dict[str, Any], keras_2: Dict[str, Any], older: Dict[str, Any]) -> Dict[str, Any]:
    """The parts of the table; ``names`` uses them."""
    with_keras = {dotted: names for dotted, names in keras_2["modules"].items() if _is_keras(dotted)}
    plain = {dotted: names for dotted, names in tf2["modules"].items() if not _is_keras(dotted)}
    keras_names = sorted(
        f"{dotted}.{name}"
        for dotted, names in keras_2["modules"].items()
        if dotted in plain
        for name in names
        if name not in plain[dotted]
    )
    best = dict(plain, **with_keras)
    for name in keras_names:
        module, last = name.rsplit(".", 1)
        best[module] = sorted(set(best[module]) | {last})
    removed = absent(tf1["modules"], best)
    return {
        "tf1": tf1["version"],
        "tf2": tf2["version"],
        "older": older["version"],
        "removed": removed,
        "removed_later": [name for name in removed if _has(older["modules"], name)],
        "keras_2_names": keras_names,
        "only_v2": only_v2(tf1["modules"], tf2["v2"]),
        "only_v1": only_v2(tf2["v2"], plain),
        "members": lost(_plain_classes(tf1["classes"]), keras_2["classes"]),
        "arguments": lost(_without_keras(tf1["arguments"]), keras_2["arguments"]),
        "private": {
            module: sorted(set(names) - set(tf2["private"][module]))
            for module, names in tf1["private"].items()
            if module in tf2["private"]
        },
        "public": {
            module: " ".join(f"{name}={public[3:]}" for name, public in sorted(names.items()) if _has(best, public))
            for module, names in sorted(tf1["public"].items())
            if names
        },
        "private_gone": sorted(set(tf1["private"]) - set(tf2["private"])),
        "numpy": sorted(set(tf1["numpy"]) - set(tf2["numpy"])),
        "modules": {dotted: " ".join(names) for dotted, names in sorted(plain.items())},
        "keras_2": {dotted: " ".join(names) for dotted, names in sorted(with_keras.items())},
    }


def _is_keras(dotted: str) -> bool:
    return any((dotted + ".").startswith(part + ".") for part in KERAS_PARTS)


def _without_keras(found: Dict[str, Any]) -> Dict[str, Any]:
    return {name: parts for name, parts in found.items() if not _is_keras(name)}


def _plain_classes(classes: Dict[str, Any]) -> Dict[str, Any]:
    """Classes whose members are visible; newer versions hide those of protocol buffers and tf.Tensor."""
    return {
        name: members
        for name, members in _without_keras(classes).items()
        if "DESCRIPTOR" not in members and name not in ("tf.Tensor", "tf.test.TestCase")
    }


def _has(modules: Dict[str, List[str]], name: str) -> bool:
    module, last = name.rsplit(".", 1)
    return last in modules.get(module, ())


def absent(before: Dict[str, List[str]], after: Dict[str, List[str]]) -> List[str]:
    """Removed names; for a removed module, only its own name."""
    found = [
        f"{module}.{name}" for module, names in before.items() for name in names if not _has(after, f"{module}.{name}")
    ]
    gone = set(found)
    return sorted(
        name for name in found if not any(name[:place] in gone for place, letter in enumerate(name) if letter == ".")
    )


def only_v2(before: Dict[str, List[str]], after: Dict[str, List[str]]) -> List[str]:
    """Names that only the second has; Keras is left out, because its newer versions work with either."""
    shared = {module: names for module, names in after.items() if not _is_keras(module) and module != "tf.raw_ops"}
    return [name for name in absent(shared, before) if not _is_keras(name)]


def lost(before: Dict[str, Any], after: Dict[str, Any]) -> Dict[str, List[str]]:
    """The members or arguments that each remaining class or function has lost."""
    found = {
        name: sorted(set(parts) - set(after[name]))
        for name, parts in before.items()
        if parts and after.get(name) is not None
    }
    return {name: parts for name, parts in sorted(found.items()) if parts}


def as_text(table: Dict[str, Any]) -> str:
    """JSON with one entry per line, so that a diff shows what a later measurement changed."""
    parts = []
    for key, value in table.items():
        if isinstance(value, dict):
            lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in value.items())
            value_text = f"{{\n{lines}\n }}"
        elif isinstance(value, list):
            lines = ",\n".join("  " + json.dumps(one) for one in value)
            value_text = f"[\n{lines}\n ]"
        else:
            value_text = json.dumps(value)
        parts.append(f" {json.dumps(key)}: {value_text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())

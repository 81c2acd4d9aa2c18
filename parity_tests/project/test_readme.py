"""The README's commands are run, in order, as a reader would; its links and its table of tolerances are checked.

Blocks fenced as ``sh`` are run; those fenced as ``console`` need a download, a container or another machine.
"""

import json
import os
import re
import shlex
import subprocess
import sys

import pytest

from poets.migrate.judge.compare import tolerances
from poets.migrate.task.worker.start import project_root

with open(os.path.join(project_root(), "README.md"), encoding="utf-8") as file:
    README = file.read()


def commands():
    """The `poets` commands of the ``sh`` blocks, each as the words a shell would make of it."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    words = [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]
    return [line for line in words if line and line[0] == "poets"]


@pytest.fixture(scope="module")
def tour(tmp_path_factory):
    """The folder after every command was run in it."""
    folder = tmp_path_factory.mktemp("tour")
    environment = dict(os.environ, PYTHONPATH=project_root())
    for words in commands():
        run = subprocess.run(
            [sys.executable, "-m", "poets"] + words[1:],
            cwd=str(folder),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
        )
        assert run.returncode == 0, f"{' '.join(words)}\n{run.stdout.decode('utf-8')}"
        assert b"Traceback" not in run.stdout
    for program in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        run = subprocess.run(
            [sys.executable, "-c", program],
            cwd=str(folder),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
        )
        assert run.returncode == 0, run.stdout.decode("utf-8")
    return folder


@pytest.mark.tensorflow
@pytest.mark.slow
def test_the_tour_leaves_what_the_readme_says(tour):
    verdict = json.loads((tour / "verdict.json").read_text())
    assert verdict["verdict"] == "parity" and verdict["training"]["steps"] == 500
    assert (tour / "flowers" / "contact_sheet.png").stat().st_size > 10000
    assert (tour / "tf1" / "labels.txt").read_text() == (tour / "tf2" / "labels.txt").read_text()
    assert (tour / "tf1" / "graph.pb").exists() and (tour / "tf2" / "model" / "saved_model.pb").exists()
    assert (tour / "bottlenecks" / "bottlenecks.sqlite").exists()
    ported = json.loads((tour / "ported" / "report.json").read_text())
    assert ported["verdict"] == "equal" and set(ported["targets"]) == {"savedmodel", "hub", "keras", "tflite"}
    rows = (tour / "roses.csv").read_text().splitlines()
    assert rows[0] == "image,rank,label,score" and len(rows) == 81
    named = [row.split(",")[2] for row in rows[1:]]
    assert named.count("roses") > 40  # far beyond the 16 of chance


def test_the_readme_opens_with_two_commands_and_a_picture():
    assert README.index("](parity_tests/parity.svg)") < README.index("make parity") < README.index("## ")
    assert README.index("make test") < README.index("## ")


def test_every_link_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert "://" in target or os.path.exists(os.path.join(project_root(), target)), target


def test_every_file_named_is_there():
    for name in re.findall(r"`((?:migrate|legacy|modern|parity_tests)/[\w/.]*)`", README):
        assert os.path.exists(os.path.join(project_root(), name)), name


def test_the_table_of_tolerances_is_the_judges():
    for stage in ("decode", "resize", "normalize", "bottleneck"):
        row = next(line for line in README.splitlines() if line.startswith(f"| `{stage}`"))
        assert float(row.split("|")[3].split()[0]) == tolerances.STAGES[stage]
    row = next(line for line in README.splitlines() if line.startswith("| `logits`, `probabilities`"))
    assert [float(part) for part in row.split("|")[3].split(",")] == [
        tolerances.STAGES["logits"],
        tolerances.STAGES["probabilities"],
    ]

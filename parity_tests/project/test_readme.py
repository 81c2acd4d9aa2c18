"""The ``sh`` blocks of README.md and docs/ are typed in one folder: a page goes on with the files of those before it.

The ``console`` blocks are in test_page_commands.py. That all flags exist is tested in test_docs.py.
"""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys

import pytest

from parity_tests.fixtures.commands.page_commands import Shell, typed
from parity_tests.project.pages import PAGES, README
from poets.migrate.demo.embedded import flowers_folder
from poets.migrate.task.worker.start import project_root


def port_is_taken(port):
    """Whether another program serves this port."""
    with socket.socket() as ours:
        return ours.connect_ex(("localhost", port)) == 0


@pytest.fixture(scope="module")
def tour(tmp_path_factory):
    """The folder after every command was run in it."""
    shell = Shell(tmp_path_factory.mktemp("tour"), tmp_path_factory.mktemp("programs"))
    folder = shell.folder
    shutil.copytree(flowers_folder(), str(folder / "flower_photos"))  # in the place of the codelab's
    for command in typed("sh"):
        if command.line.startswith("poets tensorboard") and port_is_taken(6006):
            command = command._replace(
                error="error: --port 6006: Address already in use; give another one, or 0 for any"
            )
        shell.type(command)
        if command.line.startswith("poets port") and "--quantize" not in command.line:
            shutil.copy(str(folder / "ported" / "report.json"), str(folder / "ported.json"))
    programs = [program for page in PAGES for program in re.findall(r"```python\n(.*?)```", page.text, re.DOTALL)]
    for program in programs:
        run = subprocess.run(
            [sys.executable, "-c", program],
            cwd=str(folder),
            env=shell.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
        )
        assert run.returncode == 0, run.stdout.decode("utf-8")
    return folder


@pytest.mark.tensorflow
@pytest.mark.slow
def test_the_tour_leaves_what_the_documentation_says(tour):
    verdict = json.loads((tour / "verdict.json").read_text())
    assert verdict["verdict"] == "parity" and verdict["training"]["steps"] == 500
    assert (tour / "flowers" / "contact_sheet.png").stat().st_size > 10000
    assert (tour / "tf1" / "labels.txt").read_text() == (tour / "tf2" / "labels.txt").read_text()
    assert (tour / "tf1" / "graph.pb").exists() and (tour / "tf2" / "model" / "saved_model.pb").exists()
    assert (tour / "bottlenecks" / "bottlenecks.sqlite").exists()
    ported = json.loads((tour / "ported.json").read_text())
    assert ported["verdict"] == "equal" and set(ported["targets"]) == {"savedmodel", "hub", "keras", "tflite"}
    rows = (tour / "roses.csv").read_text().splitlines()
    assert rows[0] == "image,rank,label,score" and len(rows) == 81
    smaller = json.loads((tour / "ported" / "report.json").read_text())
    assert smaller["verdict"] == "equal" and len(smaller["targets"]) == 3
    named = [row.split(",")[2] for row in rows[1:]]
    assert named.count("roses") > 40  # far beyond the 16 of chance


def test_the_tour_still_has_every_command_of_it():
    seen = [words[words.index("poets") + 1] for words in (shlex.split(one.line) for one in typed("sh"))]
    assert set(seen) == {
        "--version",
        "demo",
        "parity",
        "retrain",
        "label",
        "inspect",
        "port",
        "bisect",
        "optimize",
        "round",
        "evaluate",
        "containers",
        "study",
        "tensorboard",
    }
    assert seen.count("retrain") == 2 and seen.count("study") == 6


def test_the_readme_opens_with_two_commands_and_a_picture():
    picture = re.search(r"!\[.*?\]\((.*?)\)", README.text)
    assert picture is not None and picture.start() < README.text.index("make parity") < README.text.index("## ")
    assert README.text.index("make test") < README.text.index("## ")
    served = "https://raw.githubusercontent.com/poets-migrate/poets/main/"  # a package index shows no relative path
    assert picture.group(1).startswith(served)
    assert os.path.exists(os.path.join(project_root(), picture.group(1)[len(served) :]))


def test_the_readme_has_four_doors_and_is_short():
    assert len(README.text.splitlines()) <= 150
    doors = re.search(r"## For whom\n(.*?)\n## ", README.text, re.DOTALL)
    assert doors is not None
    assert len(re.findall(r"^\*\*You", doors.group(1), re.MULTILINE)) == 4
    assert len(re.findall(r"```console\n.*poets ", doors.group(1))) == 4

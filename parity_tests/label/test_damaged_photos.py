"""A JPEG that TensorFlow decodes with a warning is named by `label`, `retrain` and `parity`, with the same answers."""

import shutil
import subprocess
import sys

import pytest

from poets.migrate.demo.embedded import flowers_folder
from poets.migrate.task.worker.start import project_root

SAID = "photos/daisy/daisy_0004.jpg: decoded, but damaged (Corrupt JPEG data: premature end of data segment)"
FLAGS = ["--image_dir", "photos", "--architecture", "mobilenet_painted", "--how_many_training_steps", "20"]

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damaged")
    shutil.copytree(flowers_folder(), str(folder / "photos"))
    whole = (folder / "photos" / "daisy" / "daisy_0004.jpg").read_bytes()
    (folder / "photos" / "daisy" / "daisy_0004.jpg").write_bytes(whole[: len(whole) * 2 // 3] + b"\xff\xd9")
    return folder


def poets(folder, *words):
    """The lines that a command writes to standard error."""
    command = [
        sys.executable,
        "-c",
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from poets.migrate.cli import main",
    ]
    command[-1] += "; sys.exit(main(sys.argv[1:]))"
    run = subprocess.run(
        command + [project_root()] + list(words), cwd=str(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert run.returncode == 0, run.stderr.decode()
    return run.stderr.decode().splitlines()


def test_all_commands_name_it_once(folder):
    for twin, graph in (("legacy", "graph.pb"), ("modern", "saved")):
        trained = poets(
            folder,
            "retrain",
            twin,
            *FLAGS,
            "--output_graph",
            graph,
            "--output_labels",
            "l.txt",
            "--bottleneck_dir",
            "b",
        )
        labelled = poets(folder, "label", "--graph", graph, "--labels", "l.txt", "photos/daisy")
        for lines in (trained, labelled):
            assert [SAID in line for line in lines].count(True) == 1
            assert not [line for line in lines if line.startswith("Corrupt JPEG data")]
    judged = poets(folder, "parity", *FLAGS, "--rounds", "0", "--model_dir", "m")
    assert [SAID in line for line in judged].count(True) == 1

"""A side in a container, as far as that can be checked without Docker: the images' recipes, the lines that
`poets containers` prints, and workers started by them through a stand-in for the `docker` program.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from parity_tests.fixtures.processes import alive, wait_for
from parity_tests.fixtures.workers import fake_docker
from poets.migrate import cli
from poets.migrate.judge.sides import containers
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.task.errors import BadInput, WorkerFailed
from poets.migrate.task.python_command import command_words
from poets.migrate.task.stages import TWINS
from poets.migrate.task.worker.start import project_root

ODD = "my photos, 100% 'real' & $5"  # a folder's name with what shells stumble over
IMAGES = {f"poets-tx2-{twin}": sys.executable for twin in TWINS}
INTERRUPTED = """
from poets.migrate.judge.sides.worker_process import WorkerProcess
import sys
with WorkerProcess("legacy", sys.argv[1], 600, "poets.parity_tests.fixtures.workers.idle_worker") as worker:
    sys.stdout.write("%d\\n" % worker.call("hello")[0]["pid"])
    sys.stdout.flush()
    worker.call("hang")
"""

needs_proc = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc to see processes")


def lines_of(name):
    """The lines of a file of the project, without comments and empty ones."""
    with open(os.path.join(project_root(), name), encoding="utf-8") as file:
        lines = [line.split(" #")[0].strip() for line in file]
    return [line for line in lines if line and not line.startswith("#")]


@pytest.fixture
def docker(tmp_path, monkeypatch):
    """The stand-in's folder, on the PATH; the tests stand in a folder with an odd name."""
    folder = tmp_path / "a program's folder"
    fake_docker.install(folder, IMAGES)
    monkeypatch.setenv("PATH", str(folder) + os.pathsep + os.environ["PATH"])
    monkeypatch.setenv("POETS_CACHE_DIR", str(tmp_path / "cache"))
    for name in (ODD, os.path.join(ODD, "photos"), os.path.join(ODD, "models"), "cache"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(str(tmp_path / ODD))
    return folder


@pytest.fixture
def command(docker):
    """What is typed after `--legacy-python`."""
    return containers.quoted(containers.launch_words("legacy", containers.folders_of("photos", "models")))


@pytest.fixture
def worker(command):
    with WorkerProcess("legacy", command, 60, "poets.parity_tests.fixtures.workers.idle_worker") as started:
        yield started


@pytest.mark.parametrize("twin, tensorflow", [("legacy", "tf1.15"), ("modern", "tf2.7")])
def test_an_image_is_nvidias_and_keeps_its_tensorflow(twin, tensorflow):
    recipe = lines_of(f"migrate/judge/sides/tx2/{twin}.Dockerfile")
    assert recipe[0] == f"FROM nvcr.io/nvidia/l4t-tensorflow:r32.7.1-{tensorflow}-py3"
    assert [line.split()[0] for line in recipe[1:3]] == ["COPY", "RUN"] and len(recipe) == 4
    installs = re.findall(r"pip install ([^&\\]*)", " ".join(recipe))
    assert [line.split() for line in installs] == [
        ["--no-cache-dir", "pip==21.3.1"],
        ["--no-cache-dir", "--no-deps", "-r", "/tmp/requirements-tx2.txt"],
    ]
    assert recipe[1].split() == ["COPY", "requirements-tx2.txt", "/tmp/requirements-tx2.txt"]
    assert lines_of(".dockerignore") == ["*", "!requirements-tx2.txt"]  # so that no checkout is sent to be built


def test_every_package_for_the_tx2_is_pinned_and_none_replaces_the_images_tensorflow():
    pins = dict(line.split("==") for line in lines_of("requirements-tx2.txt"))
    assert pins["numpy"] == "1.19.4"
    assert all(re.match(r"[\w.]+$", version) for version in pins.values())
    built_in = {"tensorflow", "tensorflow-gpu", "keras", "protobuf", "h5py", "grpcio", "six", "wrapt", "absl-py"}
    assert not built_in & set(pins)
    for package in ("rich", "pillow", "tensorflow-hub", "hypothesis", "dataclasses", "pytest"):
        assert package in pins


def test_what_the_tx2s_tests_leave_out_is_there():
    named = [line for line in lines_of("parity_tests/project/left_out_on_tx2.txt") if "/test_" in line]
    assert len(named) > 5
    for name in named:
        assert os.path.exists(os.path.join(project_root(), "parity_tests", name)), name


def test_the_script_survives_the_shell(docker, capsys):
    others = ["--how_many_training_steps", "5", "--html", "it's.html"]
    assert cli.main(["containers", "--image_dir", "photos", "--model_dir", os.path.abspath("models")] + others) == 0
    script = capsys.readouterr().out
    assert script.splitlines()[0] == "set -e" and len(script.splitlines()) == 5
    # the shell is asked what it makes of the last line, and the judge's own splitting of the rest
    last = script.splitlines()[-1]
    program = shlex.split(last)[2]
    assert last.count(shlex.quote(program)) == 1
    shown = last.replace(shlex.quote(program), "'import json, sys; print(json.dumps(sys.argv[1:]))'")
    words = json.loads(subprocess.run(["sh", "-c", shown], stdout=subprocess.PIPE, check=True).stdout.decode("utf-8"))
    assert words[0] == "parity"
    folders = containers.folders_of("photos", "models")
    for place, twin in enumerate(TWINS):
        flag, value = words[1 + 2 * place : 3 + 2 * place]
        assert flag == f"--{twin}-python"
        assert command_words(value, flag) == containers.launch_words(twin, folders)
    assert words[5:] == ["--image_dir", "photos", "--model_dir", os.path.abspath("models")] + others


def test_what_cannot_be_mounted_is_refused(docker, capsys):
    with pytest.raises(BadInput, match="its name has a colon"):
        containers.launch_words("legacy", {"/a:b": "ro"})
    assert cli.main(["containers", "--image_dir", "nowhere"]) == 2
    assert capsys.readouterr().err == "error: --image_dir: no folder 'nowhere'\n"


@pytest.mark.parametrize("twin", TWINS)
def test_the_real_docker_knows_the_options(docker, twin, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", os.environ["PATH"].split(os.pathsep, 1)[1])
    if not shutil.which("docker"):
        pytest.skip("no docker program here")
    words = containers.launch_words(twin, containers.folders_of("photos", "models")) + ["-c", "pass"]
    run = subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=60,
        env=dict(os.environ, DOCKER_HOST=f"unix://{tmp_path / 'nobody listens'}"),
    )
    assert run.returncode == 125 and b"daemon" in run.stderr and b"unknown" not in run.stderr, run.stderr


def test_a_worker_in_a_container_stands_where_the_judge_does(worker, docker):
    said = worker.call("hello")[0]
    assert said["cwd"] == os.getcwd() and said["argv"][:1] == ["worker"]
    assert "PYTHONPATH" not in said["variables"]  # poets itself is mounted, and nothing that is installed beside it
    assert said["variables"]["POETS_CACHE_DIR"] == os.environ["POETS_CACHE_DIR"]
    options = fake_docker.run_parser().parse_args(fake_docker.calls(docker)[0][1:])
    assert options.i and options.init and options.runtime == "nvidia"
    assert options.user == f"{os.getuid()}:{os.getgid()}" and options.group_add == ["video"]
    seen = {"photos": "ro", project_root(): "ro", "models": "rw", os.environ["POETS_CACHE_DIR"]: "rw"}
    assert sorted(options.v) == sorted(
        f"{os.path.abspath(path)}:{os.path.abspath(path)}:{mode}" for path, mode in seen.items()
    )


def test_frames_reach_a_container_untouched(worker):
    every_byte = np.arange(1 << 20, dtype=np.uint32).view(np.uint8)
    back = worker.call("echo", {"bytes": every_byte, "0": np.array("\r\n\x04")})[1]
    assert np.array_equal(back["bytes"], every_byte) and str(back["0"]) == "\r\n\x04"
    with open("photos/it's here.txt", "w", encoding="utf-8") as file:
        file.write("tulip")
    assert worker.call("read", path="photos/it's here.txt")[0]["text"] == "tulip"


@needs_proc
def test_a_hung_worker_is_ended_inside_its_container(worker):
    inside = worker.call("hello")[0]["pid"]
    assert inside != worker.process.pid and alive([inside])
    worker.timeout = 0.5
    with pytest.raises(WorkerFailed, match="did not answer 'hang' within 0.5 s") as caught:
        worker.call("hang")
    assert worker.process.returncode == 143  # the client saw it end: no SIGKILL was needed
    assert "killed by" not in str(caught.value)
    assert not alive([inside])


@needs_proc
def test_a_busy_worker_leaves_where_the_docker_program_is_killed(worker):
    inside = worker.call("hello")[0]["pid"]
    threading.Timer(1, os.kill, [worker.process.pid, signal.SIGKILL]).start()
    with pytest.raises(WorkerFailed, match="died during 'hang'"):
        worker.call("hang")
    wait_for(lambda: not alive([inside]), 60)


@needs_proc
def test_ctrl_c_ends_the_worker_inside_its_container(command, docker):
    judge = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ, PYTHONPATH=project_root()),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert judge.stdout is not None
    inside = int(judge.stdout.readline().decode("utf-8"))
    assert alive([inside])
    time.sleep(1)  # until it hangs
    judge.send_signal(signal.SIGINT)
    assert b"KeyboardInterrupt" in judge.communicate(timeout=60)[1]
    assert not alive([inside])


def test_a_container_that_the_kernel_ends_for_memory_is_named(worker):
    os.kill(worker.call("hello")[0]["pid"], signal.SIGKILL)
    with pytest.raises(WorkerFailed, match="exit code 137: killed by SIGKILL, as the kernel does when memory runs out"):
        worker.call("hello")


@pytest.mark.interpreters
def test_parity_of_a_tx2s_tensorflows_by_the_printed_script(docker, tf1_python, tx2_python):
    (docker / "pythons.json").write_text(json.dumps({"poets-tx2-legacy": tf1_python, "poets-tx2-modern": tx2_python}))
    environment = dict(os.environ, PYTHONPATH=project_root())
    run = subprocess.run(
        (
            f'"{sys.executable}" -m poets containers --model_dir models --how_many_training_steps 50 --rounds 0 '
            "--json verdict.json | sh"
        ),
        shell=True,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
    )
    assert run.returncode == 0, run.stdout.decode("utf-8")
    with open("verdict.json", encoding="utf-8") as file:
        verdict = json.load(file)
    assert verdict["verdict"] == "parity"
    assert verdict["interpreters"]["legacy"]["tensorflow"] == "1.15.5"
    assert verdict["interpreters"]["modern"]["python"] == "3.6.15"
    assert [call[0] for call in fake_docker.calls(docker)] == ["build", "build", "run", "run"]

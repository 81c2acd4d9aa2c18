"""A user's folder may hold `legacy/`, `poets/`, `numpy.py` or `random.py`: nothing that poets starts imports them.

The judge itself is this process, or one that starts as the installed program `poets` does: with the program's folder on
its path, not the working folder.
"""

import os
import shlex
import shutil
import subprocess
import sys

import pytest

from parity_tests.fixtures import hostile_folder
from parity_tests.fixtures.workers import fake_docker
from poets import __version__
from poets.migrate.demo import NETWORK_FOLDER
from poets.migrate.judge.sides import containers, versions
from poets.migrate.judge.sides.worker_process import WorkerProcess
from poets.migrate.task.errors import BrokenEnvironment
from poets.migrate.task.stages import TWINS
from poets.migrate.task.worker import start
from poets.migrate.task.worker.start import project_root

IDLE = "poets.parity_tests.fixtures.workers.idle_worker"
PYTHON = shlex.quote(sys.executable)
# what PYTHONPATH may be beside nothing; {} is the working folder
PATHS = ["{}", "", ".", ":", "{}/", "{}/legacy/..:/nowhere"]


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    """The user's folder, in which the test stands."""
    folder = tmp_path / "the user's"
    folder.mkdir()
    hostile_folder.fill(folder)
    monkeypatch.chdir(str(folder))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place])  # Python 3.6's `-m pytest` has it there
    yield folder
    assert hostile_folder.changed(folder) == []


def answers(python):
    """Whether a worker that is started by a command (str or None) runs our code; it stands in the user's folder."""
    with WorkerProcess("legacy", python, 60, IDLE) as worker:
        said = worker.call("hello")[0]
        return said["argv"][:1] == ["worker"] and os.path.samefile(said["cwd"], os.getcwd())


@pytest.mark.parametrize("python", [None, PYTHON, f"env A=1 {PYTHON}", f"env PYTHONPATH=. {PYTHON}"])
def test_a_worker(hostile, python):
    assert answers(python)


@pytest.mark.parametrize("path", PATHS)
def test_a_worker_under_a_pythonpath_that_names_the_folder(hostile, path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", path.format(hostile))
    assert answers(None) and answers(f"env A=1 {PYTHON}")


def test_the_folder_would_be_imported_from(hostile):
    """The test itself can fail."""
    for words in (["-m", "poets"], ["-c", "import numpy"], ["-c", "import typing, random"]):
        run = subprocess.run([sys.executable] + words, stderr=subprocess.PIPE, timeout=60)
        assert run.returncode != 0 and hostile_folder.WORDS.encode() in run.stderr


def test_a_worker_in_a_container(hostile, tmp_path, monkeypatch):
    fake_docker.install(tmp_path / "bin", {f"poets-tx2-{twin}": PYTHON for twin in TWINS})
    monkeypatch.setenv("PATH", str(tmp_path / "bin") + os.pathsep + os.environ["PATH"])
    monkeypatch.setenv("POETS_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(hostile))
    for name in ("cache", "models"):
        (tmp_path / name).mkdir()
    folders = dict(containers.folders_of("", str(tmp_path / "models")), **{str(hostile): "rw"})
    assert answers(containers.quoted(containers.launch_words("legacy", folders)))


@pytest.mark.parametrize("path", ["{}", "{}:", ".:{}"])
def test_a_worker_across_ssh(hostile, ssh, path, monkeypatch):
    monkeypatch.setattr(start, "package_folder", lambda: "/not/on that machine/poets")
    quoted = (str(hostile), path.format(project_root()), sys.executable)
    line = "cd %s && PYTHONPATH=%s %s" % tuple(map(shlex.quote, quoted))
    assert answers(f"{ssh} {shlex.quote(line)}")


def test_the_program_of_the_printed_script(hostile):
    script = containers.script("", str(hostile.parent / "models"), ["--help"])
    words = shlex.split(script[-1])
    assert words[:2] == [sys.executable, "-c"]
    run = subprocess.run(words[:3] + ["--version"], stdout=subprocess.PIPE, timeout=60, check=True)
    assert run.stdout.decode("utf-8") == f"poets {__version__}\n"


def test_a_checkout_that_the_path_names(hostile):
    """`python -m poets` looks for poets in the working folder first, and Python offers no way around that; but where
    the folder has no `poets/`, its `numpy.py` is not taken.
    """
    for name in ("poets", "legacy", "modern", "migrate"):
        os.rename(str(hostile / name), str(hostile.parent / name))
    os.remove(str(hostile / "runpy.py"))  # Python's own `-m` imports it before any program of ours
    environment = dict(os.environ, PYTHONPATH=project_root())
    for words in (["poets", "demo", "--help"], ["poets", "parity", "--help"], ["poets", "doctor", "--help"]):
        run = subprocess.run(
            [sys.executable, "-m"] + words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60
        )
        assert run.returncode == 0 and b"usage: poets" in run.stdout, run.stderr.decode("utf-8")


# Commands that start other processes


def poets(*argv, **options):
    """Run the command as the installed program does: what it printed."""
    program = f"import sys; sys.path[0] = {project_root()!r}; from poets.migrate.cli import main; sys.exit(main())"
    run = subprocess.run(
        [sys.executable, "-c", program] + list(argv), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600
    )
    said = run.stdout.decode("utf-8") + run.stderr.decode("utf-8")
    assert run.returncode in options.get("codes", (0,)), said
    assert hostile_folder.WORDS not in said
    return run.stdout.decode("utf-8")


@pytest.mark.parametrize("path", [None, "."])
def test_versions(hostile, path, monkeypatch, capsys):
    if path:
        monkeypatch.setenv("PYTHONPATH", path)
    assert versions.main([]) == 0
    assert versions.main(["--legacy-python", f"env PYTHONPATH=. {PYTHON}"]) == 0
    assert capsys.readouterr().out.count("tensorflow 2.") == 4


def test_a_program_that_imports_poets_keeps_its_folder(tmp_path):
    """Only `python -m poets` does without the working folder."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "__init__.py").write_text("import poets\n")
    (tmp_path / "theirs" / "__main__.py").write_text("import helpers; print(helpers.NAME)\n")
    (tmp_path / "helpers.py").write_text("NAME = 'mine'\n")
    environment = dict(os.environ, PYTHONPATH=project_root())
    run = subprocess.run(
        [sys.executable, "-m", "theirs"], cwd=str(tmp_path), env=environment, stdout=subprocess.PIPE, timeout=60
    )
    assert run.stdout == b"mine\n"


def test_the_pool_of_port(hostile, tmp_path, monkeypatch):
    from parity_tests.port import test_pool

    monkeypatch.setenv("PYTHONPATH", str(hostile))
    test_pool.test_a_process_that_dies_costs_its_own_graph_only(tmp_path, monkeypatch, 2)


def test_the_pythons_of_a_proof(hostile, monkeypatch):
    from poets.migrate.upgrade.proof.interpreters import check_python

    monkeypatch.setenv("PYTHONPATH", str(hostile))
    assert check_python(PYTHON, "--python", "2") == [sys.executable]
    with pytest.raises(BrokenEnvironment, match="has TensorFlow 2"):
        check_python(PYTHON, "--legacy-python", "1")


@pytest.mark.tensorflow
def test_the_doctor(hostile, monkeypatch):
    from poets.migrate.doctor.ask import ask

    monkeypatch.setenv("PYTHONPATH", str(hostile))
    for words in ([sys.executable], ["env", "PYTHONPATH=.", sys.executable]):
        facts = ask(words, 120).facts
        assert facts is not None
        imports = facts["imports"]
        for name in ("numpy", "tensorflow"):
            assert "error" not in imports[name] and str(hostile) not in imports[name]["file"]


def test_the_curves(hostile, monkeypatch):
    from poets.migrate.visuals import tensorboard

    monkeypatch.setenv("PYTHONPATH", str(hostile))
    started = []
    monkeypatch.setattr(tensorboard, "named_runs", lambda runs: {"one": "runs"})
    monkeypatch.setattr(tensorboard.signal, "signal", lambda number, handler: None)
    real = subprocess.Popen

    def popen(command, **options):
        command = command[: command.index("--logdir")] + ["--version"]
        started.append(real(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options))
        return started[0]

    monkeypatch.setattr(tensorboard.subprocess, "Popen", popen)
    assert tensorboard.main(["runs", "--port", "0"]) == 0
    said = started[0].communicate()
    assert said[0].split()[-1:] == [tensorboard_version().encode()], said


def tensorboard_version():
    """The version of TensorBoard here."""
    from tensorboard import version

    return version.VERSION


NETWORK = os.path.join(NETWORK_FOLDER, "frozen_graph.pb")
QUICK = ("--how_many_training_steps", "20")
WHOLE = {
    "parity": ["parity", *QUICK, "--ladder_photos", "2", "--rounds", "0", "--quiet"],
    "models": ["parity", NETWORK, NETWORK, "--ladder_photos", "2", "--rounds", "0", "--quiet"],
    "evaluate": ["evaluate", "{1}/a/graph.pb", "--image_dir", "{1}/photos", "--quiet"],
    "fuzz": ["fuzz", "pictures", "--examples", "2", "--output", "{0}/found", "--quiet"],
    "sweep": ["sweep", *QUICK, "--twin", "modern", "--seeds", "1", "--output", "{0}/sweep", "--quiet"],
    "port": ["port", NETWORK, "--output", "{0}/ported", "--quiet"],
    "study": ["study", "session", "--try"],
}


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_whole_command(hostile, name, tmp_path, tiny_models, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    poets(*[word.format(tmp_path, tiny_models) for word in WHOLE[name]])


# A checkout without an install, on a TX2's Python


@pytest.mark.interpreters
def test_a_checkout_on_python_3_6(tx2_python):
    for words, expected in (
        (["poets", "--version"], f"poets {__version__}\n"),
        (["poets.legacy", "retrain", "--help"], "--how_many_training_steps"),
    ):
        run = subprocess.run(
            shlex.split(tx2_python) + ["-m"] + words, cwd=project_root(), stdout=subprocess.PIPE, timeout=120
        )
        assert run.returncode == 0 and expected in run.stdout.decode("utf-8")


@pytest.mark.interpreters
@pytest.mark.parametrize("path", [None, ".", "{}"])
def test_old_pythons(hostile, tx2_python, tf1_python, path, monkeypatch):
    if path is not None:
        monkeypatch.setenv("PYTHONPATH", path.format(hostile))
    assert answers(tx2_python) and answers(tf1_python)
    assert versions.main(["--legacy-python", tf1_python, "--modern-python", tx2_python]) == 0


@pytest.mark.interpreters
def test_a_proof_of_an_upgrade(hostile, tf1_python, tmp_path):
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    shutil.copy(os.path.join(project_root(), "parity_tests", "upgrade", "tf1_scripts", "queues.py"), str(scripts))
    said = poets("upgrade", str(scripts), "--prove", "queues.py", "--legacy-python", tf1_python)
    assert "PROVEN: " in said and "NOT PROVEN" not in said

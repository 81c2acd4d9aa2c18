"""Every end of a command is one line and its exit code: nothing that went wrong looks like "no parity"."""

import json
import os
import signal
import subprocess
import sys

import pytest

from poets.migrate.cli.commands import COMMANDS
from poets.migrate.demo import NETWORK_FOLDER
from poets.migrate.task.ending import command
from poets.migrate.task.worker.start import project_root

GRAPH = os.path.join(NETWORK_FOLDER, "frozen_graph.pb")
WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {hidden!r}:
            raise ModuleNotFoundError("No module named '" + name + "'", name=name)
sys.meta_path.insert(0, Missing())
from poets.migrate.cli import main
sys.exit(main({argv!r}))
"""
WORDS = {  # as far as a command must come to need what is missing
    "retrain": ["legacy", "--image_dir", "photos"],
    "mnist": ["modern"],
    "label": ["--graph", GRAPH, "--image", "photo.jpg"],
    "evaluate": [GRAPH, "--image_dir", "."],
    "inspect": [GRAPH],
    "port": [GRAPH, "--output", "out"],
    "optimize": [GRAPH, "--output", "out.pb"],
    "round": [GRAPH, "--output", "out.pb"],
    "bisect": [GRAPH, GRAPH],
    "sweep": ["--output", "out"],
    "fuzz": ["--seconds", "1", "--output", "out"],
    "judge": ["run"],
    "study": ["1"],
    "upgrade": ["."],
    "demo": [],
    "monitor": ["--seconds", "1"],
    "containers": ["--image_dir", "."],
}


def python(program, **more):
    """Run a program that can import poets: (exit code, stdout, stderr), the last two as bytes."""
    environment = dict(os.environ, PYTHONPATH=project_root(), **more.pop("environment", {}))
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        timeout=300,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **more,
    )
    return run.returncode, run.stdout, run.stderr


def ended_by(words, **more):
    return python(
        "import sys; from poets.migrate.task.ending.command import run_command; "
        f"sys.exit(run_command(lambda: {words}))",
        **more,
    )


def test_a_fault_of_ours_is_one_line_with_a_file_and_a_code_of_its_own(tmp_path):
    code, _, err = ended_by("[][7]", environment={"TMPDIR": str(tmp_path)})
    line, (kept,) = err.decode("utf-8"), list(tmp_path.iterdir())
    assert code == 70 and line.count("\n") == 1 and "IndexError" in line and str(kept) in line
    assert "Traceback" in kept.read_text() and "poets " in kept.read_text()


def test_the_traceback_is_shown_on_request(tmp_path):
    code, _, err = ended_by("[][7]", environment={"TMPDIR": str(tmp_path), "POETS_TRACEBACK": "1"})
    assert code == 70 and b"Traceback" in err


def test_a_fault_that_cannot_be_kept_is_still_one_line(capsys, monkeypatch):
    def full(*given, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    assert command.run_command(lambda: 1 // 0) == 70
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "No space left on device" in err


@pytest.mark.parametrize("hidden", [["numpy"], ["tensorflow"]])
@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"parity", "doctor", "flush", "tensorboard"}))
def test_a_missing_package_is_an_error_of_the_environment(tmp_path, name, hidden):
    program = WITHOUT.format(hidden=hidden, argv=[name] + WORDS[name])
    code, _, err = python(program, cwd=str(tmp_path))
    assert b"Traceback" not in err and code != 70
    if hidden == ["numpy"] and name not in ("study", "upgrade", "demo", "monitor", "containers"):
        assert code == 3, err
    if code == 3:
        assert err.count(b"\n") == 1 and f"pip install {hidden[0]}".encode() in err


def test_a_broken_package_is_an_error_of_the_environment(tmp_path):
    (tmp_path / "broken_one.py").write_text("import sys\nraise AttributeError('module numpy has no attribute bool')\n")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from poets.migrate.task.ending import command; "
        "source = 'import broken_one'; place = command.__file__.replace('command.py', 'made_up.py'); "
        "import linecache; linecache.cache[place] = (len(source), None, [source], place); "
        "work = compile(source, place, 'exec'); sys.exit(command.run_command(lambda: exec(work)))"
    )
    code, _, err = python(program)
    assert (
        code == 3 and err.count(b"\n") == 1 and b"broken_one cannot be imported" in err and b"no attribute bool" in err
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_characters_that_the_output_lacks_are_written_with_a_backslash(encoding):
    code, out, err = ended_by("print('K\\u00f6nigskerze \\u82b1 \\udcff')", environment={"PYTHONIOENCODING": encoding})
    assert err == b"" and rb"\u82b1 \udcff" in out


@pytest.mark.parametrize("argv", [["--help"], ["inspect", GRAPH, "--json", "-"], ["inspect", GRAPH]])
def test_a_reader_that_has_gone_gets_no_complaint(argv):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as gone:
        run = subprocess.run(
            [sys.executable, "-m", "poets"] + argv, cwd=project_root(), stdout=gone, stderr=subprocess.PIPE, timeout=300
        )
    assert (run.returncode, run.stderr) == (141, b"")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_closed_standard_files_are_no_fault(tmp_path, closed):
    record = str(tmp_path / "record.json")
    command = f"exec '{sys.executable}' -m poets inspect '{GRAPH}' --json '{record}' {closed}"
    run = subprocess.run(["sh", "-c", command], cwd=project_root(), timeout=300, stderr=subprocess.PIPE)
    assert (run.returncode, run.stderr) == (0, b"")
    with open(record) as file:
        assert json.load(file)["classes"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("work, code", [("print('done')", b"0"), ("raise errors.BadInput('no')", b"2")])
def test_a_full_disk_behind_standard_error_changes_no_exit_code(work, code):
    program = (
        "from poets.migrate.task import errors; from poets.migrate.task.ending import command\n"
        f"def work():\n    command.say('on the way')\n    {work}\n    return 0\n"
        "print(command.run_command(work))"
    )
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            [sys.executable, "-c", program], cwd=project_root(), stdout=subprocess.PIPE, stderr=full, timeout=60
        )
    assert run.stdout.split()[-1] == code


@pytest.mark.tensorflow
@pytest.mark.parametrize("after", [0.3, 0.8, 1.5, 2.5])
def test_ctrl_c_at_any_time_is_one_line(after):
    # again and again, and never into Python's own ending: a quick machine would have ended before the signal comes
    program = (
        "import os; from poets.migrate.cli import main; print('up', flush=True)\n"
        "code = 0\n"
        f"while code == 0: code = main(['bisect', {GRAPH!r}, {GRAPH!r}])\n"
        "os._exit(code)"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=project_root(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert run.stdout is not None and run.stdout.readline() == b"up\n"
    with pytest.raises(subprocess.TimeoutExpired):
        run.wait(after)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=120)
    assert (run.returncode, err) == (130, b"interrupted; finished work is kept\n")

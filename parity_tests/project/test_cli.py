"""The command line: quick, the same under both names, one clear line for every mistake. No TensorFlow here."""

import json
import os
import shlex
import subprocess
import sys

import pytest

from parity_tests.fixtures.commands.ending import exit_code
from poets import __version__
from poets.migrate import cli
from poets.migrate.cli.commands import COMMANDS
from poets.migrate.judge.sides import versions
from poets.migrate.judge.twins import command
from poets.migrate.task.python_command import command_words
from poets.migrate.task.worker.start import START, package_folder, project_root, worker_words


def poets(*argv, **options):
    """Run `python -m poets` as a user would: (exit code, stdout, stderr)."""
    environment = dict(os.environ, PYTHONPATH=project_root(), **options.get("environment", {}))
    run = subprocess.run(
        [sys.executable, "-m", "poets"] + list(argv),
        env=environment,
        timeout=300,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=options.get("cwd"),
    )
    return run.returncode, run.stdout.decode("utf-8"), run.stderr.decode("utf-8")


def test_help_imports_nothing_heavy():
    program = (
        "import sys; from poets.migrate import cli; code = cli.main(['--help']); "
        "heavy = {'tensorflow', 'numpy', 'rich', 'PIL', 'keras', 'argparse', 'tempfile', 'traceback'}; "
        "heavy &= set(sys.modules); "
        "sys.exit(code or len(heavy))"
    )
    run = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=project_root(), timeout=60)
    assert run.returncode == 0
    assert b"parity" in run.stdout and b"retrain" in run.stdout


def test_no_command_shows_the_commands_and_fails(capsys):
    assert cli.main([]) == 2
    assert "usage: poets" in capsys.readouterr().err


def test_a_mistyped_command_gets_an_offer(capsys):
    assert cli.main(["partiy"]) == 2
    assert capsys.readouterr().err == "poets: no command 'partiy'; did you mean 'parity'? (poets --help lists them)\n"


def test_version_is_short_and_quick(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"poets {__version__}\n"


def test_version_names_every_interpreter_when_asked_for_more():
    code, out, _ = poets("--version", "-v")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == f"poets {__version__}"
    for line, twin in zip(lines[1:], ("legacy", "modern")):
        assert line.startswith(f"{twin}: python {sys.version_info[0]}.") and "tensorflow " in line


def test_versions_as_json():
    code, out, _ = poets("--version", "-v", "--json", "-")
    found = json.loads(out)
    assert code == 0 and found["poets"] == __version__ and found["legacy"]["tensorflow"]


def test_version_of_something_that_is_no_python(capsys):
    assert versions.main(["--legacy-python", "false"]) == 3
    assert "--legacy-python" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv, expected",
    [
        (["parity", "--image_dir", "nowhere"], "error: --image_dir: no folder 'nowhere' here"),
        (["parity", "--architecture", "mobilenet_0.25_129"], "did you mean mobilenet_"),
        (["parity", "--how_many_training_steps", "many"], "poets parity: argument --how_many_training_steps"),
        (["parity", "--rounds", "-1"], "--rounds 0 or more"),
        (["parity", "--json", "/proc/none/verdict.json"], "--json: cannot write"),
        (["parity", "--legacy-python", "no-such-python"], "--legacy-python: cannot start 'no-such-python'"),
        (["parity", "--legacy-python", "'"], "--legacy-python: cannot read"),
        (["parity", "--frobnicate"], "poets parity: unrecognized arguments: --frobnicate"),
        (["retrain"], "usage: poets retrain {legacy,modern}"),
        (["label", "--twin", "ancient", "--graph", "x.pb"], "--twin is 'ancient'"),
        (["demo"], "poets demo: the following arguments are required: --show"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(argv, expected, capsys):
    code = exit_code(cli.main, argv)
    err = capsys.readouterr().err
    assert code == 2
    assert expected in err
    assert len(err.strip().splitlines()) == 1 and "Traceback" not in err


def test_a_python_without_tensorflow_is_an_environment_error(tmp_path):
    (tmp_path / "tensorflow.py").write_text("raise ImportError('no TensorFlow in this test')\n")
    code, _, err = poets(
        "parity",
        "--how_many_training_steps",
        "1",
        "--legacy-python",
        f"env PYTHONPATH={tmp_path}{os.pathsep}{project_root()} {sys.executable}",
    )
    assert code == 3
    assert "no TensorFlow in this test" in err and "Traceback" not in err


def test_no_command_waits_for_tensorflow_to_show_its_flags():
    program = (
        "import contextlib, io, sys\n"
        "from poets.migrate.cli.commands import COMMANDS\n"
        "for name, command in COMMANDS.items():\n"
        "    for words in ([['legacy'], ['modern']] if name in ('retrain', 'mnist') else [[]]):\n"
        "        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "            command.run(words + ['--help'])\n"
        "print([name for name in ('tensorflow', 'keras', 'matplotlib', 'scipy') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=project_root(), timeout=60)
    assert run.stdout.decode("utf-8").strip() == "[]"


def test_a_command_with_many_words_stays_whole():
    words = worker_words(command_words('env A=1 "my python"', "--legacy-python"), "poets.legacy")
    assert words == ["env", "A=1", "my python", "-c", START, package_folder(), "poets.legacy", "worker"]


def test_what_ssh_joins_and_the_other_shell_splits_is_the_same_words():
    words = worker_words(command_words("/usr/bin/ssh -p 22 tx2 python3", "--legacy-python"), "poets.legacy")
    over_there = shlex.split(" ".join(words[4:]))
    assert words[:4] == ["/usr/bin/ssh", "-p", "22", "tx2"]
    assert over_there == ["python3", "-c", START, package_folder(), "poets.legacy", "worker"]


def test_demo_paints_flowers_and_a_contact_sheet(tmp_path, capsys):
    assert cli.main(["demo", "--show", str(tmp_path / "flowers"), "--photos_per_class", "2"]) == 0
    sheet = capsys.readouterr().out.strip()
    assert sheet == str(tmp_path / "flowers" / "contact_sheet.png") and os.path.getsize(sheet) > 1000
    assert len(os.listdir(str(tmp_path / "flowers" / "daisy"))) == 2


def test_demo_as_json(tmp_path, capsys):
    assert cli.main(["demo", "--show", str(tmp_path / "f"), "--photos_per_class", "1", "--json", "-"]) == 0
    assert len(json.loads(capsys.readouterr().out)["classes"]) == 5


def test_parity_takes_every_training_flag_of_retrain():
    flags = command.make_parser().parse_args([])
    assert (flags.how_many_training_steps, flags.learning_rate, flags.train_batch_size) == (4000, 0.01, 100)
    assert (flags.testing_percentage, flags.validation_percentage, flags.resize) == (10, 10, "tf1")


def test_json_on_stdout_is_json_alone(tmp_path):
    code, out, err = poets(
        "parity", "--how_many_training_steps", "20", "--rounds", "0", "--ladder_photos", "2", "--json", "-"
    )
    assert code == 0, err
    assert json.loads(out)["verdict"] == "parity"
    assert "PARITY" in err


FORMS = [[name] for name in COMMANDS] + [[name, twin] for name in ("retrain", "mnist") for twin in ("legacy", "modern")]


@pytest.mark.parametrize("words", [[], *FORMS, ["parity", "--task", "mnist"], ["parity", "a.pb", "b.pb"]], ids=" ".join)
def test_help_is_on_standard_output_and_fits_80_columns(words, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code = exit_code(cli.main, words + ["--help"])
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    named = words if words[:1] in (["retrain"], ["mnist"]) else words[:1]
    assert out.startswith(" ".join(["usage: poets"] + named))
    assert max(map(len, out.splitlines())) <= 80

"""What is installed: the lists in pyproject.toml, and the wheel and the sdist themselves, built and installed here."""

import ast
import fnmatch
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from typing import Any, Dict

import jsonschema
import pytest

from poets import __version__
from poets.migrate.task.worker.start import project_root

ROOT = Path(project_root())
TOPS = ("legacy", "modern", "migrate")
METADATA = f"poets_migrate-{__version__}.dist-info"  # the folder of the wheel that describes it
NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", "build", "dist", "__pycache__", ".*_cache", ".hypothesis")


def section(name):
    """The text of a table of pyproject.toml. Python has no reader of TOML before 3.11."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return text.split(f"\n[{name}]\n")[1].split("\n[")[0]


def packages():
    """The packages that are installed, as pyproject.toml lists them."""
    listed = re.search(r"^packages = (\[.*?\])", section("tool.setuptools"), re.DOTALL | re.M)
    assert listed is not None
    return ast.literal_eval(listed.group(1))


def package_data():
    """Package -> patterns of files that are installed with it."""
    lines = section("tool.setuptools.package-data").splitlines()
    pairs = [line.split(" = ", 1) for line in lines if " = " in line]
    return {name.strip('"'): ast.literal_eval(patterns) for name, patterns in pairs}


def folder_of(package):
    """Where the files of `poets.migrate.study` lie in a checkout: migrate/study."""
    parts = package.split(".")
    return ROOT.joinpath(*(parts[1:] or parts))


def other_files():
    """Files of the packages' folders that are no Python."""
    found = [path for top in ("poets",) + TOPS for path in (ROOT / top).rglob("*") if path.is_file()]
    return [path for path in found if path.suffix not in (".py", ".pyc") and "__pycache__" not in path.parts]


def test_every_folder_with_code_is_installed():
    there = [path.parent.relative_to(ROOT) for top in TOPS for path in (ROOT / top).rglob("__init__.py")]
    assert sorted(packages()) == ["poets"] + sorted(".".join(("poets",) + path.parts) for path in there)


def test_no_code_lies_in_a_folder_that_is_no_package():
    lost = [path for top in TOPS for path in (ROOT / top).rglob("*.py") if not (path.parent / "__init__.py").exists()]
    assert lost == []


def test_every_other_file_is_installed_and_every_pattern_matches_one():
    left = set(other_files())
    for package, patterns in package_data().items():
        assert package in packages()
        for pattern in patterns:
            matched = {path for path in left if fnmatch.fnmatch(str(path), str(folder_of(package) / pattern))}
            assert matched, f"{package}: {pattern}"
            left -= matched
    assert left == set()


# The rest builds and installs, without the network


def run(*words, **options):
    """Run a command; what it printed. Its failure fails the test."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in words],
        stdout=subprocess.PIPE,
        stderr=options.get("stderr", subprocess.STDOUT),
        cwd=str(options["cwd"]),
        env=environment,
        timeout=600,
    )
    text = done.stdout.decode("utf-8")
    assert done.returncode in options.get("codes", (0,)), text
    return text


def build_wheel(source, target):
    """The wheel (pathlib.Path) of the sources in a folder; made in a copy, as setuptools leaves files there."""
    run(
        *(sys.executable, "-m", "pip", "wheel", "-q", "--disable-pip-version-check", "--no-deps"),
        *("--no-index", "--no-build-isolation", "--wheel-dir", target, source),
        cwd=source,
    )
    [wheel] = target.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A copy of the checkout."""
    folder = tmp_path_factory.mktemp("sources") / "poets"
    shutil.copytree(str(ROOT), str(folder), ignore=NOT_COPIED)
    return folder


@pytest.fixture(scope="module")
def wheel(sources, tmp_path_factory):
    """The wheel, as `pip install poets-migrate` gets it."""
    return build_wheel(sources, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(sources, tmp_path_factory):
    """The source distribution."""
    folder = tmp_path_factory.mktemp("sdist")
    program = "import sys, setuptools.build_meta as backend; backend.build_sdist(sys.argv[1])"
    run(sys.executable, "-W", "ignore", "-c", program, folder, cwd=sources)
    [found] = folder.glob("*.tar.gz")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The `bin` of a new environment with the wheel in it. TensorFlow and the rest come from this one, which is named
    behind it on the path: what is installed here as `poets` is not reached, and its own .pth files are not read.
    """
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", folder, cwd=folder)
    python = folder / "bin" / "python"
    places = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip()
    others = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(places) / "behind.pth").write_text("\n".join(sorted(others)) + "\n")
    quiet = ("-q", "--disable-pip-version-check", "--no-index", "--no-deps")
    run(python, "-m", "pip", "install", *quiet, "--force-reinstall", wheel, cwd=folder)
    return folder / "bin"


def members(wheel):
    """Name -> bytes of what is in a wheel."""
    with zipfile.ZipFile(str(wheel)) as file:
        return {name: file.read(name) for name in file.namelist()}


@pytest.mark.slow
def test_the_wheel_has_one_name_and_no_test(wheel):
    names = list(members(wheel))
    assert {name.split("/")[0] for name in names} == {"poets", METADATA}
    assert [name for name in names if re.search(r"(^|/)(test_|conftest|parity_tests)", name)] == []
    modules = [name for name in names if name.endswith(".py")]
    assert len(modules) == sum(len(list(folder_of(package).glob("*.py"))) for package in packages())


@pytest.mark.slow
def test_the_wheel_has_the_files_that_the_code_reads(wheel):
    names = members(wheel)
    for path in other_files():
        parts = path.relative_to(ROOT).parts
        assert "/".join(parts if parts[0] == "poets" else ("poets",) + parts) in names
    assert "poets/py.typed" in names


@pytest.mark.slow
def test_the_wheels_metadata(wheel):
    found = members(wheel)
    licences = [name for name in found if name.startswith(METADATA) and name.endswith("/LICENSE")]
    assert len(licences) == 1 and found[licences[0]] == (ROOT / "LICENSE").read_bytes()
    text = found[f"{METADATA}/METADATA"].decode("utf-8")
    for line in ("Name: poets-migrate", f"Version: {__version__}", "Requires-Python: >=3.6"):
        assert f"\n{line}\n" in text
    assert found[f"{METADATA}/entry_points.txt"].decode("utf-8").splitlines() == [
        "[console_scripts]",
        "poets = poets.migrate.cli:main",
    ]


@pytest.mark.slow
def test_a_package_index_can_show_it(wheel, sdist):
    if not importlib.util.find_spec("twine"):
        pytest.skip("twine is not installed")
    said = run(sys.executable, "-m", "twine", "check", "--strict", wheel, sdist, cwd=wheel.parent)
    assert said.count("PASSED") == 2


@pytest.mark.slow
def test_the_sdist_builds_the_same_wheel(sdist, wheel, tmp_path):
    with tarfile.open(str(sdist)) as file:
        tops = {name.split("/")[0] for name in file.getnames()}
        assert tops == {sdist.name[: -len(".tar.gz")]}
        assert not any("parity_tests" in name for name in file.getnames())
        options: Dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        file.extractall(str(tmp_path / "sources"), **options)
    again = build_wheel(tmp_path / "sources" / tops.pop(), tmp_path)
    digests = [
        {name: hashlib.sha256(data).hexdigest() for name, data in members(one).items() if not name.endswith("/RECORD")}
        for one in (wheel, again)
    ]
    assert digests[0] == digests[1]


@pytest.mark.slow
def test_the_installed_package_is_the_wheels_and_lacks_nothing(installed, tmp_path):
    python = installed / "python"
    place = Path(run(python, "-c", "import poets; print(poets.__file__)", cwd=tmp_path).strip())
    assert installed.parent in place.parents and ROOT not in place.parents
    assert run(installed / "poets", "--version", cwd=tmp_path) == f"poets {__version__}\n"
    said = run(python, "-m", "pip", "check", "--disable-pip-version-check", cwd=tmp_path, codes=(0, 1))
    assert [line for line in said.splitlines() if line.startswith("poets-migrate ")] == []


@pytest.mark.slow
@pytest.mark.parametrize("twin", ["legacy", "modern"])
def test_the_installed_retrain_shows_its_help(installed, twin, tmp_path):
    assert "--how_many_training_steps" in run(installed / "poets", "retrain", twin, "--help", cwd=tmp_path)


@pytest.mark.slow
def test_the_installed_package_reads_its_own_files(installed, tmp_path):
    assert "session" in run(installed / "poets", "study", "--list", cwd=tmp_path).lower()
    run(installed / "poets", "study", "--html", "study.html", cwd=tmp_path)
    (tmp_path / "old.py").write_text("import tensorflow as tf\nwith tf.Session() as sess:\n    print(sess)\n")
    said = run(installed / "poets", "upgrade", "old.py", "--json", "-", cwd=tmp_path, codes=(0, 1))
    assert "Session" in said


@pytest.mark.slow
def test_parity_from_an_empty_folder(installed, tmp_path):
    said = run(
        *(installed / "poets", "parity", "--how_many_training_steps", "50", "--rounds", "0", "--ladder_photos", "4"),
        *("--json", "verdict.json", "--html", "report.html"),
        cwd=tmp_path,
    )
    verdict = json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))
    assert verdict["verdict"] == "parity", said
    read = "import pkgutil; print(pkgutil.get_data('poets.migrate.judge.report', 'schema/twins.json').decode())"
    jsonschema.validate(verdict, json.loads(run(installed / "python", "-c", read, cwd=tmp_path)))
    assert (tmp_path / "report.html").stat().st_size > 10000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "verdict.json"]

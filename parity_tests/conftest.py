"""Which tests run where: nothing is left out without being named in pytest's summary (``-rs``).

==========================  =====================================================================================
marker                      runs
==========================  =====================================================================================
``shared``                  where ``../shared/data`` is; under POETS_REQUIRE_SHARED=1 a skip is a failure
``interpreters``            where POETS_TF1_PYTHON and POETS_TX2_PYTHON name a Python with TF 1.15 and TF 2.6 or 2.7,
                            POETS_TX2_TF1_PYTHON a Python 3.6 with TF 1.15, and POETS_PLAIN_PYTHON one with Keras, JAX
                            and ai-edge-litert, but no TensorFlow; under POETS_REQUIRE_INTERPRETERS=1 a skip is a
                            failure
``slow``                    everywhere but under POETS_ONLY_LOCAL=1
``thorough``                only under POETS_THOROUGH=1: minutes of more of the same
first three                 never under POETS_ONLY_LOCAL=1, which is what ``make test`` sets, so that it does the same
                            on every machine, and soon
==========================  =====================================================================================
"""

import builtins
import os
import shlex
import shutil
from pathlib import Path

import hypothesis
import pytest

from parity_tests.fixtures import tiny
from parity_tests.fixtures.workers import loopback_sshd

SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
# Minutes each, so that no process is left alone with one of them at the end.
LONG_FIRST = (
    "test_readme.py",
    "test_page_commands.py",
    "test_killed.py",
    "test_fuzz.py",
    "test_interpreters.py",
    "test_old_interpreters.py",
    "test_parity.py",
    "test_compare_models_in_depth.py",
    "test_compare_models.py",
    "test_port_wild.py",
    "test_port.py",
    "test_upgrade_proof.py",
    "test_fine_tuning.py",
    "test_fine_tuning_hub_modules.py",
    "test_port_properties.py",
    "test_port_damage.py",
    "test_memory.py",
    "test_codelab_tools.py",
    "test_sources.py",
    "test_lab_lockstep.py",
    "test_lab_judge.py",
    "test_lab_commands.py",
    "test_retrain_agreement.py",
    "test_hub_modules.py",
)
# how long an example takes says nothing on a machine that does other work too
hypothesis.settings.register_profile("poets", deadline=None)
hypothesis.settings.load_profile("poets")
_ONLY_LOCAL = "POETS_ONLY_LOCAL=1 (as `make test` sets it) leaves out tests marked %s"


def pytest_collection_modifyitems(items):
    """Skip by name what this run is not for; fixtures decide about the rest. Long files come first."""
    items.sort(key=lambda item: LONG_FIRST.index(item.path.name) if item.path.name in LONG_FIRST else len(LONG_FIRST))
    for item in items:
        if item.get_closest_marker("thorough") and os.environ.get("POETS_THOROUGH") != "1":
            item.add_marker(pytest.mark.skip(reason="more of the same; POETS_THOROUGH=1 runs it"))
    if os.environ.get("POETS_ONLY_LOCAL") != "1":
        return
    for item in items:
        for marker in ("shared", "interpreters", "slow"):
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=_ONLY_LOCAL % marker))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Turn a skip into a failure where the run demands that kind of test."""
    outcome = yield
    report = outcome.get_result()
    if (
        not report.skipped
        or hasattr(report, "wasxfail")
        or (item.get_closest_marker("thorough") and os.environ.get("POETS_THOROUGH") != "1")
    ):
        return
    for marker in ("shared", "interpreters"):
        variable = f"POETS_REQUIRE_{marker.upper()}"
        if item.get_closest_marker(marker) and os.environ.get(variable) == "1":
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
            report.outcome, report.longrepr = "failed", f"{reason}, and {variable}=1 allows no skip"


@pytest.fixture(autouse=True)
def _marked_needs(request):
    """A marked test needs what its marker says even if it never asks for the fixture."""
    if request.node.get_closest_marker("shared"):
        request.getfixturevalue("shared_data")
    if request.node.get_closest_marker("interpreters"):
        request.getfixturevalue("tf1_python")
        request.getfixturevalue("tx2_python")
        request.getfixturevalue("plain_python")


@pytest.fixture(scope="session")
def shared_data():
    """Path of ``../shared/data`` (pathlib.Path), real photos, graphs and goldens; read-only."""
    if not SHARED_DATA.is_dir():
        pytest.skip("../shared/data is not on this machine")
    return SHARED_DATA


@pytest.fixture(scope="session")
def tf1_python():
    """Command (str) of a Python with TensorFlow 1.15."""
    return _interpreter("POETS_TF1_PYTHON")


@pytest.fixture(scope="session")
def tx2_python():
    """Command (str) of a Python with the TensorFlow of a TX2, 2.6 or 2.7."""
    return _interpreter("POETS_TX2_PYTHON")


@pytest.fixture(scope="session")
def tx2_tf1_python():
    """Command (str) of a TX2's Python, 3.6, with TensorFlow 1.15."""
    return _interpreter("POETS_TX2_TF1_PYTHON")


@pytest.fixture(scope="session")
def plain_python():
    """Command (str) of a Python without TensorFlow: Keras on JAX, and ai-edge-litert."""
    return _interpreter("POETS_PLAIN_PYTHON")


@pytest.fixture(scope="module")
def ssh(tmp_path_factory):
    """The words that log in; a skip by name where there is no sshd, a failure under POETS_REQUIRE_SSHD=1."""
    missing = loopback_sshd.missing()
    if missing and os.environ.get("POETS_REQUIRE_SSHD") == "1":
        pytest.fail(f"{missing}, and POETS_REQUIRE_SSHD=1 allows no skip")
    if missing:
        pytest.skip(missing)
    with loopback_sshd.running(tmp_path_factory.mktemp("sshd")) as configuration:
        yield f"ssh -F {configuration} -o BatchMode=yes {loopback_sshd.HOST}"


@pytest.fixture(scope="session")
def tiny_task(tmp_path_factory):
    """Folder (pathlib.Path) of a small task of our own: ``photos`` and ``models``; not to be changed."""
    folder = tmp_path_factory.mktemp("task")
    before = os.environ.get("POETS_CACHE_DIR")
    os.environ["POETS_CACHE_DIR"] = str(folder / "cache")
    tiny.write_task(folder)
    yield folder
    if before is None:
        del os.environ["POETS_CACHE_DIR"]
    else:
        os.environ["POETS_CACHE_DIR"] = before


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory):
    """Folder (pathlib.Path) of two graphs, `a` and `b`, with their labels and ports, and of `photos`; as it is."""
    folder = tmp_path_factory.mktemp("models")
    from parity_tests.fixtures.models.tiny_models import write_models  # which imports TensorFlow

    write_models(folder)
    return folder


@pytest.fixture(scope="session")
def both_trained(tiny_task, tmp_path_factory):
    """Run records (`parity_tests.fixtures.tiny.Run`) of both twins on the tiny task, by the twin's name."""
    folder = tmp_path_factory.mktemp("trained")
    runs = {
        twin: tiny.retrain(twin, tiny_task, folder / twin, "--intermediate_store_frequency", "10")
        for twin in tiny.TWINS
    }
    assert [run.code for run in runs.values()] == [0, 0]
    return runs


def _interpreter(variable):
    command = os.environ.get(variable)
    if not command:
        pytest.skip(f"{variable} names no interpreter")
    if not shutil.which(shlex.split(command)[0]):
        pytest.fail(f"{variable} names no program that can be run")
    return command


@pytest.fixture
def without_jinja(monkeypatch):
    """As if the extra `report` were not installed."""
    real = builtins.__import__

    def no_jinja(name, *rest):
        if name == "jinja2":
            raise ImportError("No module named 'jinja2'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", no_jinja)

"""A fake tegrastats on the PATH, for the tests of sources, the sampler and the command."""

import os

import pytest

from parity_tests.fixtures.machines import fake_tegrastats


@pytest.fixture()
def jetson(tmp_path, monkeypatch):
    """A function that makes a fake tegrastats of lines the one on the PATH."""

    def make(lines, end="loop"):
        path = fake_tegrastats.install(tmp_path / "bin", lines, end)
        monkeypatch.setenv("PATH", str(tmp_path / "bin") + os.pathsep + os.environ["PATH"])
        return path

    return make

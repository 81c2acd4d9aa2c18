"""No tegrastats and a cache of its own for every test of the doctor; programs that are no Python."""

import pytest

from poets.migrate.doctor import machine


@pytest.fixture(autouse=True)
def no_tegrastats(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "find_tegrastats", lambda: None)
    monkeypatch.setenv("POETS_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture()
def saying(tmp_path):
    """A function that makes a program which is no Python: a command line (str) that runs lines of sh."""

    def make(*lines):
        path = tmp_path / (f"program{len(list(tmp_path.iterdir()))}")
        path.write_text("\n".join(("#!/bin/sh",) + lines) + "\n")
        path.chmod(0o755)
        return str(path)

    return make

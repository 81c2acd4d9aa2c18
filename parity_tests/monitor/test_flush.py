"""`poets flush`: the page cache is dropped after dirty pages went to disk."""

import json
import os

import pytest

from parity_tests.fixtures.machines.tx2_files import MEMINFO
from poets.migrate import cli
from poets.migrate.monitor import flush


class TestFlush:
    """Every test gives a path of its own: no cache of this machine is dropped."""

    @pytest.fixture()
    def kernel(self, tmp_path, monkeypatch):
        """Paths of a pretended drop_caches and meminfo, and the list of what was done in what order."""
        caches, memory, done = tmp_path / "drop_caches", tmp_path / "meminfo", []
        caches.write_text("0\n")
        memory.write_text(MEMINFO)

        def write(path, what):
            done.append(what)
            memory.write_text(MEMINFO.replace("1024000", "3072000"))

        monkeypatch.setattr(os, "sync", lambda: done.append("sync"))
        monkeypatch.setattr(flush, "_write", write)
        return str(caches), str(memory), done

    def test_dirty_pages_go_to_disk_before_the_caches_are_dropped(self, kernel):
        caches, memory, done = kernel
        flushed = flush.flush(caches, memory)
        assert done == ["sync", 1, 2, 3]
        assert flushed == (1000, 3000) and flushed.freed_mb == 2000

    def test_it_says_how_much_it_freed(self, kernel, capsys):
        caches, memory, _ = kernel
        flags = flush.argparse.Namespace(json=None, quiet=False, verbose=False)
        assert flush.run(flags, caches, memory) == 0
        assert capsys.readouterr().out == "dropped the page cache: 2000 MB freed, 3000 MB are free\n"
        flags.json = "-"
        assert flush.run(flags, caches, memory) == 0
        assert json.loads(capsys.readouterr().out) == {"free_before_mb": 3000, "free_after_mb": 3000, "freed_mb": 0}

    def test_each_number_is_written_at_the_start_of_the_file(self, tmp_path, monkeypatch):
        caches = tmp_path / "drop_caches"
        caches.write_text("0\n")
        monkeypatch.setattr(os, "sync", lambda: None)
        assert flush.flush(str(caches), "/none/meminfo") == (None, None)
        assert caches.read_text() == "3\n"

    @pytest.mark.parametrize("refused", ["at once", "later"])
    def test_who_is_not_root_is_told_what_to_type(self, refused, kernel, monkeypatch, capsys):
        caches, memory, done = kernel

        def refuse(path, what):
            raise PermissionError(13, "Permission denied")

        if refused == "at once":
            monkeypatch.setattr(os, "access", lambda path, mode: False)
        monkeypatch.setattr(flush, "_write", refuse)
        monkeypatch.setattr(flush, "DROP_CACHES", caches)
        monkeypatch.setattr(flush, "MEMINFO", memory)
        assert cli.main(["flush"]) == 3
        err = capsys.readouterr().err
        assert err.endswith("type: sync; echo 3 | sudo tee /proc/sys/vm/drop_caches\n") and err.count("\n") == 1
        assert done == ([] if refused == "at once" else ["sync"])

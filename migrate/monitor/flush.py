"""The command `poets flush`: drop the page cache, which a Jetson's GPU cannot use.

On a TX2 TensorFlow can use only memory held by neither programs nor the cache: with a full cache, 1.21 of 7.66 GiB
(cardwing/Codes-for-Lane-Detection issue 75). The remedy is the course's flush_buffers.sh: sync, then 1, 2 and 3.
"""

import argparse
import os
import sys
from typing import List, NamedTuple, Optional

from poets.migrate import console
from poets.migrate.monitor.plain import number
from poets.migrate.monitor.sources.proc import meminfo
from poets.migrate.monitor.sources.sample import sample_as_json
from poets.migrate.task.errors import BrokenEnvironment
from poets.migrate.task.flags.retrain import Parser, add_output_flags

DROP_CACHES = "/proc/sys/vm/drop_caches"
MEMINFO = "/proc/meminfo"
BY_HAND = "sync; echo 3 | sudo tee /proc/sys/vm/drop_caches"


class Flushed(NamedTuple):
    """Free memory in MB before and after; None if the kernel does not report it."""

    free_before_mb: Optional[float]
    free_after_mb: Optional[float]

    @property
    def freed_mb(self) -> Optional[float]:
        """How much more is free; negative if other programs took more meanwhile."""
        if self.free_before_mb is None or self.free_after_mb is None:
            return None
        return self.free_after_mb - self.free_before_mb


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    parser = Parser(prog="poets flush", description="Drop the page cache, which a Jetson's GPU cannot use.")
    add_output_flags(parser, "free memory before and after", "show each step")
    flags = parser.parse_args(argv)
    return console.run_command(lambda: run(flags, DROP_CACHES, MEMINFO))


def run(flags: argparse.Namespace, drop_caches: str, memory: str) -> int:
    """Flush and report how much memory was freed.

    Raises:
        BrokenEnvironment: not run by root, or the kernel does not allow it.
    """
    flushed = flush(drop_caches, memory)
    if flags.json:
        console.write_json(flags.json, dict(sample_as_json(flushed), freed_mb=flushed.freed_mb))
    if flags.json != "-" and not flags.quiet:
        sys.stdout.write(
            f"dropped the page cache: {number(flushed.freed_mb)} MB freed, {number(flushed.free_after_mb)} MB are "
            "free\n"
        )
    return 0


def flush(drop_caches: str, memory: str) -> Flushed:
    """Write dirty pages to disk, then drop the page cache (1), directory entries and inodes (2), and both (3).

    Args:
        drop_caches: str, path of the kernel's drop_caches file.
        memory: str, path of the kernel's meminfo file.

    Raises:
        BrokenEnvironment: not run by root, or the kernel does not allow it.
    """
    if not os.access(drop_caches, os.W_OK):  # checked first, as a sync may take long
        raise _not_ours(drop_caches)
    before = meminfo(memory).get("MemFree")
    os.sync()
    try:
        for what in (1, 2, 3):
            _write(drop_caches, what)
    except OSError:
        raise _not_ours(drop_caches)
    return Flushed(before, meminfo(memory).get("MemFree"))


def _write(path: str, what: int) -> None:
    """Write a number as `echo` does. A sysctl file accepts writes only at offset 0, so it is reopened each time."""
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, b"%d\n" % what)
    finally:
        os.close(file)


def _not_ours(path: str) -> BrokenEnvironment:
    return BrokenEnvironment(
        f"only root may write {path}, and not in most containers; on the machine itself type: {BY_HAND}"
    )

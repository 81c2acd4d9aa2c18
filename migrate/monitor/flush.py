"""The command `poets flush`: drop the page cache, which a Jetson's GPU counts as memory taken.

On a TX2 TensorFlow may use only what neither programs nor the cache hold: with a full cache one saw 1.21 of 7.66 GiB
(cardwing/Codes-for-Lane-Detection issue 75). The cure is the course's flush_buffers.sh: sync, then 1, 2 and 3.
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
    """Free memory in MB before and after; None where the kernel does not tell."""

    free_before_mb: Optional[float]
    free_after_mb: Optional[float]

    @property
    def freed_mb(self) -> Optional[float]:
        """How much more is free; less than 0 if other programs took more meanwhile."""
        if self.free_before_mb is None or self.free_after_mb is None:
            return None
        return self.free_after_mb - self.free_before_mb


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; the exit code is what the process should end with."""
    parser = Parser(prog="poets flush", description="Drop the page cache, as a Jetson's GPU counts it as memory taken.")
    add_output_flags(parser, "free memory before and after", "say what is done")
    flags = parser.parse_args(argv)
    return console.run_command(lambda: run(flags, DROP_CACHES, MEMINFO))


def run(flags: argparse.Namespace, drop_caches: str, memory: str) -> int:
    """Flush and say how much memory that freed.

    Raises:
        BrokenEnvironment: only root may, or the kernel does not let it be done.
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
        drop_caches: str, path of the kernel's file that the numbers are written to.
        memory: str, path of its meminfo.

    Raises:
        BrokenEnvironment: only root may, or the kernel does not let it be done.
    """
    if not os.access(drop_caches, os.W_OK):  # asked first, as a sync may take long
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
    """Write a number as `echo` does. A sysctl's file takes only what is written at its start: it is opened anew."""
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, b"%d\n" % what)
    finally:
        os.close(file)


def _not_ours(path: str) -> BrokenEnvironment:
    return BrokenEnvironment(
        f"only root may write {path}, and not in most containers; on the machine itself type: {BY_HAND}"
    )

"""A stand-in for NVIDIA's tegrastats: a program of its own that replays recorded lines at its interval."""

import argparse
import os
import shlex
import sys
import time

END = ("loop", "exit", "fail", "partial", "hang")


def install(folder, lines, end="loop"):
    """Put a program `tegrastats` into ``folder`` (pathlib.Path) that prints ``lines``; gives its path (str).

    Args:
        end: what comes after the last line. ``loop``: the first again; ``exit``: it ends; ``fail``: it ends with code 3
            and a word on stderr; ``partial``: half a line, and SIGKILL; ``hang``: nothing, and SIGTERM is ignored.
    """
    folder.mkdir(exist_ok=True)
    (folder / "lines.txt").write_text("".join(line + "\n" for line in lines))
    program = folder / "tegrastats"
    words = [sys.executable, os.path.abspath(__file__), "--lines", str(folder / "lines.txt"), "--end", end]
    program.write_text('#!/bin/sh\nexec %s "$@"\n' % " ".join(map(shlex.quote, words)))
    program.chmod(0o755)
    return str(program)


def replay(lines, interval_s, end):
    """Print lines at multiples of the interval."""
    due = time.monotonic()
    while True:
        for line in lines:
            due += interval_s
            time.sleep(max(0.0, due - time.monotonic()))
            sys.stdout.write(line)
            sys.stdout.flush()
        if end != "loop":
            break


def main():
    import signal

    parser = argparse.ArgumentParser()
    parser.add_argument("--interval", type=int, default=1000)
    parser.add_argument("--lines", required=True)
    parser.add_argument("--end", choices=END, default="loop")
    flags = parser.parse_args()
    with open(flags.lines) as file:
        lines = file.readlines()
    if flags.end == "hang":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    replay(lines, flags.interval / 1000, flags.end)
    if flags.end == "hang":
        time.sleep(600)
    if flags.end == "fail":
        sys.stderr.write("tegrastats: no such device\n")
        sys.exit(3)
    if flags.end == "partial":
        sys.stdout.write(lines[0][:len(lines[0]) // 2])
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()

"""A worker without TensorFlow: it says where it runs, gives back what it gets, and hangs. How workers are started and
ended is tested with it.

Started as ``python -m parity_tests.idle_worker worker``, as the judge starts any module.
"""

import os
import sys
import time

from migrate.task import protocol


def hello():
    """Where it runs: process, folder, variables."""
    return {"pid": os.getpid(), "cwd": os.getcwd(), "argv": sys.argv[1:], "variables": dict(os.environ)}, {}


def echo(**arrays):
    """The arrays, as they came."""
    return {}, arrays


def read(path):
    """What stands in a file."""
    with open(path, encoding="utf-8") as file:
        return {"text": file.read()}, {}


def hang():
    """Never answer."""
    time.sleep(3600)


if __name__ == "__main__":
    protocol.serve({"hello": hello, "echo": echo, "read": read, "hang": hang}, sys.stdin.buffer, protocol.take_stdout())

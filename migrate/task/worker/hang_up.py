"""End a worker when its judge is gone: once the other end of its stdin is closed, nobody waits for answers.

An idle worker reads end-of-file and exits. A worker in the middle of a call does not read, and behind ssh, or in a
container whose `docker run` was killed, no signal reaches it either. So a thread watches. It cannot run while
TensorFlow's C++ code holds Python's lock, which may take minutes: there the kernel itself ends what was started on the
same machine.
"""

import ctypes
import os
import select
import signal
import sys
import threading
import time
from typing import Any

GRACE = 5.0  # seconds for a worker to exit by itself
EXIT_CODE = 4  # nobody is left to read it
PR_SET_PDEATHSIG = 1  # linux/prctl.h
# sshd gives a socket, not a pipe, and its peer may close only its half; Python 3.6 may lack the name
SOCKET_HALF = getattr(select, "POLLRDHUP", 0x2000) if sys.platform.startswith("linux") else 0


def end_with_judge(requests: Any, grace: float = GRACE) -> None:
    """End this process ``grace`` seconds after the other end of ``requests`` (a file, pipe or socket) is closed.

    If the process that started this one ends, this one is killed at once. It must have been started by that process's
    main thread, as Linux means the end of the thread.
    """
    die_with_parent()
    threading.Thread(target=_watch, args=(requests.fileno(), grace), daemon=True).start()


def die_with_parent() -> None:
    """Ask Linux for SIGKILL when the parent ends; other systems do nothing. Also of use as a Popen's ``preexec_fn``."""
    if sys.platform.startswith("linux"):
        try:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        except (AttributeError, OSError):
            pass  # a C library without it


def _watch(descriptor: int, grace: float) -> None:
    poll = select.poll()
    poll.register(descriptor, SOCKET_HALF)  # no read events wanted; a hang-up is always reported
    while not any(events & (select.POLLHUP | SOCKET_HALF) for _, events in poll.poll()):
        time.sleep(0.1)
    time.sleep(grace)
    os._exit(EXIT_CODE)

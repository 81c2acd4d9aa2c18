"""End a worker when its judge is gone: once the other end of its stdin is closed, nobody waits for answers.

An idle worker reads end-of-file and exits. A worker in the middle of a call does not read, and behind ssh, or in a
container whose `docker run` was killed, no signal reaches it either.
"""

import os
import select
import sys
import threading
import time
from typing import Any

GRACE = 5.0  # seconds for a worker to exit by itself
EXIT_CODE = 4  # nobody is left to read it
# sshd gives a socket, not a pipe, and its peer may close only its half; Python 3.6 may lack the name
SOCKET_HALF = getattr(select, "POLLRDHUP", 0x2000) if sys.platform.startswith("linux") else 0


def end_with_judge(requests: Any, grace: float = GRACE) -> None:
    """End this process ``grace`` seconds after the other end of ``requests`` (a file, pipe or socket) is closed."""
    threading.Thread(target=_watch, args=(requests.fileno(), grace), daemon=True).start()


def _watch(descriptor: int, grace: float) -> None:
    poll = select.poll()
    poll.register(descriptor, SOCKET_HALF)  # no read events wanted; a hang-up is always reported
    while not any(events & (select.POLLHUP | SOCKET_HALF) for _, events in poll.poll()):
        time.sleep(0.1)
    time.sleep(grace)
    os._exit(EXIT_CODE)

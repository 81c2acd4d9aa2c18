"""What runs on this machine, as /proc tells it, and waiting for it to change."""

import os
import time


def alive(pids):
    """Those of the processes that still run (a zombie does not)."""
    running = []
    for pid in pids:
        try:
            with open("/proc/%d/stat" % pid) as file:
                if file.read().rsplit(")", 1)[1].split()[0] != "Z":
                    running.append(pid)
        except (OSError, IndexError):
            pass
    return running


def children(pid):
    """Process ids whose parent is ``pid``."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name) as file:
                if int(file.read().rsplit(")", 1)[1].split()[1]) == pid:
                    found.append(int(name))
        except (OSError, IndexError):
            pass
    return found


def wait_for(condition, seconds):
    """What ``condition`` gives once that is true; an error if it takes longer than ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("not within %d s" % seconds)

"""Whether a file could have been put where it is by another user of the machine, as in /tmp."""

import os
import stat
from typing import Optional

ROOT = 0


def foreign_hand(path: str) -> Optional[str]:
    """Why another user could have put or changed a file, in words that follow its name; None if none could.

    Only a file below a folder that anyone may write to is suspected; folders that a group or a server shares are the
    choice of whoever set them up. Such a file is taken if it and its folders, up to the open one, are the user's own or
    root's, and nobody else may write to them.
    """
    place = os.path.abspath(path)
    folder = os.path.dirname(place)
    chain = [place]
    while not _open_to_all(folder):
        if os.path.dirname(folder) == folder:
            return "may be changed by anyone" if _open_to_all(place) else None
        chain.append(folder)
        folder = os.path.dirname(folder)
    for one in reversed(chain):
        if not os.path.lexists(one):
            continue
        found = os.lstat(one)
        if found.st_uid not in (os.getuid(), ROOT):
            return f"lies in {folder}, which anyone may write to, and {_named(one, place)} belongs to another user"
        if not stat.S_ISLNK(found.st_mode) and _others_write(found):
            return f"lies in {folder}, which anyone may write to, and others may change {_named(one, place)}"
    return None


def _named(one: str, place: str) -> str:
    return "it" if one == place else one


def _open_to_all(path: str) -> bool:
    return os.path.exists(path) and bool(os.stat(path).st_mode & stat.S_IWOTH)


def _others_write(found: os.stat_result) -> bool:
    by_group = found.st_mode & stat.S_IWGRP and found.st_gid != os.getgid()
    return bool(found.st_mode & stat.S_IWOTH or by_group)

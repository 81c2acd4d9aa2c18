"""Trust on first use, for downloads whose checksum no public source states: what was taken once must stay the same."""

import contextlib
import os
from typing import Optional

from poets.migrate.task.cache_folder import cache_dir


def kept_in() -> str:
    """The path (str) of the list: a line ``sha256  address`` for each download, as ``sha256sum`` writes them."""
    return os.path.join(cache_dir(), "networks", "first_used.sha256")


def checksum(url: str) -> Optional[str]:
    """The sha256 (str of 64 hex digits) of what was first downloaded from ``url``; None if that has not happened."""
    try:
        with open(kept_in(), encoding="utf-8", errors="replace") as file:
            lines = [line.split() for line in file]
    except OSError:
        return None
    return next((words[0] for words in lines if len(words) == 2 and words[1] == url), None)


def keep(url: str, sha256: str) -> None:
    """Remember a download that proved usable, unless one is known. A cache that cannot be written remembers nothing."""
    if checksum(url) is not None:
        return
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(kept_in()), exist_ok=True)
        with open(kept_in(), "a", encoding="utf-8") as file:  # one short write: whole even if two processes do it
            file.write(f"{sha256}  {url}\n")

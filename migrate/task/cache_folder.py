"""Where poets keeps files that it can make or fetch again."""

import os


def cache_dir() -> str:
    """The folder for files that can be recreated: $POETS_CACHE_DIR, $XDG_CACHE_HOME/poets or ~/.cache/poets."""
    own = os.environ.get("POETS_CACHE_DIR")
    if own:
        return os.path.abspath(os.path.expanduser(own))
    base = os.environ.get("XDG_CACHE_HOME", "")
    # the XDG specification: relative paths are ignored
    return os.path.join(base if os.path.isabs(base) else os.path.expanduser("~/.cache"), "poets")

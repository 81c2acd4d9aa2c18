"""A command that starts a Python, as given to a flag: a path, `docker run -i ...`, `ssh tx2 python3`."""

import os
import shlex
import sys
from typing import List, Optional

from poets.migrate.task.errors import BadInput


def command_words(typed: str, flag: str) -> List[str]:
    """Split the command into words as a shell does; `~` in the first word is the home folder.

    Args:
        typed: str.
        flag: str, the flag that it was given to, for the error message.

    Raises:
        BadInput: there are no words, or a quote is not closed.
    """
    try:
        words = shlex.split(typed)
    except ValueError as error:
        raise BadInput(f"{flag}: cannot read '{typed}': {error}")
    if not words:
        raise BadInput(f"{flag}: an empty command; give one that ends in a Python")
    return [os.path.expanduser(words[0])] + words[1:]


def python_words(typed: Optional[str], flag: str) -> List[str]:
    """The words of the command given to ``flag``; of this Python for None.

    Raises:
        BadInput: as for `command_words`.
    """
    return [sys.executable] if typed is None else command_words(typed, flag)

"""A command that leads to a Python, as typed after a flag: a path, `docker run -i ...`, `ssh tx2 python3`."""

import os
import shlex
from typing import List

from poets.migrate.task.errors import BadInput


def command_words(typed: str, flag: str) -> List[str]:
    """Its words, as a shell would take them apart; `~` stands for the home folder in the first.

    Args:
        typed: str.
        flag: str, what it was typed after, for the error.

    Raises:
        BadInput: there are none, or a quote is not closed.
    """
    try:
        words = shlex.split(typed)
    except ValueError as error:
        raise BadInput(f"{flag}: cannot read '{typed}': {error}")
    if not words:
        raise BadInput(f"{flag}: an empty command; give one that ends in a Python")
    return [os.path.expanduser(words[0])] + words[1:]

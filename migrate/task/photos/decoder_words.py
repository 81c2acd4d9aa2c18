"""Damaged JPEGs that TensorFlow decodes all the same: libjpeg writes a line to standard error, without a photo's name.

Half a photo with an end marker is grey below; flipped bits shift or colour the rest of a picture. The messages are
libjpeg's (jerror.h, `JWRN_*`); those about pixels are taken.
"""

import contextlib
import functools
import os
import re
import subprocess
import sys
import tempfile
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

from poets.migrate.task.photos.image_headers import BadPhoto

WORDS = r"Corrupt JPEG data|Premature end of JPEG file|Inconsistent progression sequence|Invalid SOS parameters"
NAMED = 5  # photos in a warning
IS_WARNING = re.compile(WORDS.encode()).match  # of a line, bytes
# Takes the lines out of standard error and hands them back on standard output. A process of its own: if TensorFlow
# aborts, its last words still arrive.
SORT = f"""
import re, sys
for line in sys.stdin.buffer:
    to = sys.stdout if re.match(rb"{WORDS}", line) else sys.stderr
    to.buffer.write(line)
    to.buffer.flush()
"""


@contextlib.contextmanager
def decoder_words() -> Iterator[List[str]]:
    """Take libjpeg's lines out of standard error; the list holds them after the block.

    C++ writes to file 2, which becomes a pipe meanwhile. Python's own `sys.stderr` keeps the terminal, so that progress
    bars still know it as one.
    """
    heard: List[str] = []
    sys.stderr.flush()
    command = [sys.executable, "-I", "-S", "-c", SORT]
    sorter = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    assert sorter.stdin is not None
    python, real = sys.stderr, os.dup(2)
    if _is_file_2(python):
        sys.stderr = os.fdopen(os.dup(2), "w", 1, python.encoding, python.errors)
    os.dup2(sorter.stdin.fileno(), 2)
    sorter.stdin.close()
    sorter.stdin = None
    try:
        yield heard
    finally:
        os.dup2(real, 2)
        os.close(real)
        if sys.stderr is not python:
            sys.stderr.close()
            sys.stderr = python
        said, _ = sorter.communicate()
        heard.extend(said.decode("utf-8", "replace").splitlines())


def damaged(
    photos: Sequence[Tuple[str, str]], decode: Callable[[Tuple[str, str]], Any], count: Optional[int] = None
) -> Dict[str, str]:
    """The photos that TensorFlow decodes with a warning: path -> libjpeg's words.

    Args:
        photos: each (path, kind).
        decode: decodes one of them.
        count: how many lines were heard: once as many are explained, the rest is not decoded. None: all are.
    """
    found: Dict[str, str] = {}
    for photo in photos:
        if count is not None and len(found) >= count:
            break
        words = _words_of(functools.partial(decode, photo)) if photo[1] == "jpeg" else []
        if words:
            found[photo[0]] = words[0]
    return found


def warn_of_damaged(found: Dict[str, str], warn: Callable[[str], None]) -> None:
    """Name damaged photos: a line each, at most `NAMED`."""
    for path, words in list(found.items())[:NAMED]:
        warn(f"{path}: decoded, but damaged ({words}); look at it, and copy or download it again, or remove it")
    if len(found) > NAMED:
        warn(f"{len(found) - NAMED} more photos are damaged")


def _words_of(decode: Callable[[], Any]) -> List[str]:
    sys.stderr.flush()
    with tempfile.TemporaryFile() as file:
        real = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            with contextlib.suppress(BadPhoto):  # named elsewhere
                decode()
        finally:
            os.dup2(real, 2)
            os.close(real)
        file.seek(0)
        return [line.decode("utf-8", "replace") for line in file.read().splitlines() if IS_WARNING(line)]


def _is_file_2(stream: Any) -> bool:
    try:
        return bool(stream.fileno() == 2)
    except (AttributeError, OSError, ValueError):
        return False  # a test's, or closed

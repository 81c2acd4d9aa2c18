"""libjpeg's warnings are taken out of standard error and put to a photo; everything else on it stays as it was."""

import os
import signal
import subprocess
import sys
from typing import List

import pytest

from poets.migrate.task.photos.decoder_words import damaged, decoder_words, warn_of_damaged
from poets.migrate.task.photos.image_headers import BadPhoto

WARNING = "Corrupt JPEG data: premature end of data segment"


def after(program):
    begin = "import os, sys; from poets.migrate.task.photos.decoder_words import decoder_words\n"
    run = subprocess.run([sys.executable, "-c", begin + program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return run.returncode, run.stdout.decode(), run.stderr.decode()


def test_only_the_decoders_lines_are_taken():
    program = f"""
with decoder_words() as words:
    os.write(2, b"one\\n{WARNING}\\ntwo\\n")
    sys.stderr.write("python\\n")
os.write(2, b"{WARNING}\\nlast")
print(words)
"""
    code, out, err = after(program)
    assert (code, out) == (0, f"[{WARNING!r}]\n")
    assert sorted(err.splitlines()) == sorted(["one", "two", "python", WARNING, "last"])


def test_last_words_before_an_abort_arrive():
    code, out, err = after('with decoder_words():\n    os.write(2, b"Check failed: n > 0")\n    os.abort()')
    assert (code, out, err) == (-signal.SIGABRT, "", "Check failed: n > 0")


def test_an_error_goes_through_and_standard_error_is_back():
    with pytest.raises(KeyError):
        with decoder_words() as words:
            os.write(2, WARNING.encode() + b"\n")
            raise KeyError
    assert words == [WARNING]


def test_python_keeps_a_terminal_for_its_progress_bars():
    program = """
import os, pty, sys
from poets.migrate.task.photos.decoder_words import decoder_words
pid, terminal = pty.fork()
if not pid:
    with decoder_words():
        sys.stderr.write(f"python {sys.stderr.isatty()}, C++ {os.isatty(2)}\\n")
    sys.stderr.write(f"then {sys.stderr.isatty()} {os.isatty(2)}\\n")
    sys.stderr.flush()
    os._exit(0)
said = b""
try:
    while True:
        said += os.read(terminal, 1000)
except OSError:
    pass
os.waitpid(pid, 0)
print(said.decode())
"""
    run = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert run.stdout.decode().split() == "python True, C++ False then True True".split()


def test_a_warning_is_put_to_its_photo_and_no_more_are_decoded_than_needed():
    seen = []

    def decode(photo):
        seen.append(photo[0])
        if photo[0] == "bad":
            raise BadPhoto("bad")
        if photo[0] in ("b", "d"):
            os.write(2, b"tensorflow says\n" + WARNING.encode() + b"\n")

    photos = [("a", "jpeg"), ("b", "jpeg"), ("b.png", "png"), ("bad", "jpeg"), ("d", "jpeg"), ("e", "jpeg")]
    assert damaged(photos, decode, 2) == {"b": WARNING, "d": WARNING}
    assert seen == ["a", "b", "bad", "d"]
    assert list(damaged(photos, decode)) == ["b", "d"] and seen[-1] == "e"


def test_many_are_counted():
    said: List[str] = []
    warn_of_damaged({f"{number}.jpg": WARNING for number in range(8)}, said.append)
    assert len(said) == 6 and said[-1] == "3 more photos are damaged"

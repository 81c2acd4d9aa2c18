"""A stand-in for the `docker` program: `docker run` starts a local Python as the container's, `docker build` is noted.

What it takes over from the real one, as far as a worker can tell: it refuses options that it does not know; the
program inside gets none of the caller's variables, only those of ``-e``; it has no stdin without ``-i``; it does not
end with the client, but its stdin does; it gets the signals that the client is sent, save SIGKILL; without ``--init``
it is process 1, which SIGTERM does not end. What it cannot do is to hide files: it checks that folders are mounted at
their own paths.
"""

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import threading

HANDED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def install(folder, pythons):
    """Put a program `docker` into ``folder`` (pathlib.Path); ``pythons``: image -> the command (str) of its python3."""
    folder.mkdir()
    (folder / "pythons.json").write_text(json.dumps(pythons))
    program = folder / "docker"
    program.write_text('#!/bin/sh\nexec %s "$@"\n' % " ".join(
        shlex.quote(word) for word in (sys.executable, os.path.abspath(__file__), str(folder))))
    program.chmod(0o755)


def calls(folder):
    """The command lines that it was called with, a list of words each."""
    noted = folder / "calls.txt"
    return [json.loads(line) for line in noted.read_text().splitlines()] if noted.exists() else []


def run_parser():
    """The options of `docker run` that poets may use."""
    parser = argparse.ArgumentParser(prog="docker run", allow_abbrev=False, add_help=False)
    parser.add_argument("-i", action="store_true")
    parser.add_argument("--rm", action="store_true", required=True)
    parser.add_argument("--init", action="store_true")
    parser.add_argument("--runtime", choices=("nvidia", "runc"))
    parser.add_argument("--user")
    parser.add_argument("--group-add", action="append", default=[])
    parser.add_argument("-v", action="append", default=[])
    parser.add_argument("-e", action="append", default=[])
    parser.add_argument("-w", required=True)
    parser.add_argument("image")
    parser.add_argument("words", nargs=argparse.REMAINDER)
    return parser


def run(argv, pythons):
    """Start the program inside, hand signals on, and end as it does: a signal's number is added to 128."""
    options = run_parser().parse_args(argv)
    for mount in options.v:
        outside, inside, mode = mount.split(":")
        assert outside == inside and os.path.isabs(outside) and os.path.isdir(outside) and mode in ("ro", "rw"), mount
    assert options.words[0] == "python3", options.words
    variables = dict(pair.split("=", 1) for pair in options.e)
    container = subprocess.Popen(
        shlex.split(pythons[options.image]) + options.words[1:], cwd=options.w, env=dict(variables, PATH=os.defpath),
        stdin=subprocess.PIPE if options.i else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL if options.init else signal.SIG_IGN))
    for number in HANDED_ON:
        signal.signal(number, lambda sent, _: container.send_signal(sent))
    if options.i:
        threading.Thread(target=hand_on, args=(0, container.stdin), daemon=True).start()
    outputs = [threading.Thread(target=hand_on, args=(pipe.fileno(), os.fdopen(end, "wb")))
               for pipe, end in ((container.stdout, 1), (container.stderr, 2))]
    for output in outputs:
        output.start()
    code = container.wait()
    for output in outputs:
        output.join()
    return code if code >= 0 else 128 - code


def hand_on(source, target):
    """Copy bytes from the descriptor ``source`` to the file ``target`` until they end, and close it."""
    try:
        for data in iter(lambda: os.read(source, 1 << 16), b""):
            target.write(data)
            target.flush()
        target.close()
    except BrokenPipeError:
        pass  # the other side has left


def main(folder, argv):
    """`docker run` and `docker build`."""
    with open(os.path.join(folder, "calls.txt"), "a") as file:
        file.write(json.dumps(argv) + "\n")
    with open(os.path.join(folder, "pythons.json")) as file:
        pythons = json.load(file)
    return run(argv[1:], pythons) if argv[0] == "run" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

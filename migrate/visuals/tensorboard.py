"""`poets tensorboard RUN...`: TensorBoard with the curves of one or more retrainings, overlaid."""

import argparse
import glob
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
from typing import Dict, List, Optional

from poets.migrate import console
from poets.migrate.task.errors import BadInput, BrokenEnvironment
from poets.migrate.task.flags.retrain import Parser
from poets.migrate.task.temporary import temporary_folder
from poets.migrate.task.worker.hang_up import die_with_parent
from poets.migrate.task.worker.start import clean_environment, start_words

PORT = 6006  # the codelab's


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command; returns 0 after Ctrl-C, 2 for bad input, 3 for the environment, else TensorBoard's code."""
    parser = Parser(
        prog="poets tensorboard",
        description="Start TensorBoard with the curves of one or more runs, overlaid. Both twins write the same tags.",
    )
    parser.add_argument(
        "runs",
        nargs="+",
        metavar="[NAME=]RUN",
        help="a --summaries_dir of `poets retrain`, or the record that its --json wrote",
    )
    parser.add_argument("--port", type=int, default=PORT, help="port to listen on; 0 for any free port")
    parser.add_argument(
        "--host", default="localhost", help="address to listen on; 0.0.0.0 allows other machines to connect"
    )
    flags = parser.parse_args(argv)
    return console.run_command(lambda: show(flags))


def show(flags: argparse.Namespace) -> int:
    """Start TensorBoard and wait until it ends.

    Raises:
        BadInput: an invalid run, or a port in use.
        BrokenEnvironment: TensorBoard is not installed.
    """
    runs = named_runs(flags.runs)
    if importlib.util.find_spec("tensorboard") is None:
        raise BrokenEnvironment("TensorBoard is not installed here; pip install tensorboard")
    if flags.port:
        check_port(flags.host, flags.port)
    with temporary_folder() as folder:
        for name, path in runs.items():
            os.symlink(os.path.abspath(path), os.path.join(folder, name))
        command = [sys.executable] + start_words("tensorboard.main")  # `-m` would import from the user's folder
        command += ["--logdir", folder, "--host", flags.host, "--port", str(flags.port)]
        console.say(f"TensorBoard on {', '.join(runs)}; Ctrl-C ends it")
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that `finally` runs
        process = subprocess.Popen(
            command + newer_flags(),
            env=dict({"TF_CPP_MIN_LOG_LEVEL": "3"}, **clean_environment()),
            preexec_fn=die_with_parent,
        )
        try:
            return process.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()


def newer_flags() -> List[str]:
    """The flag against TensorBoard's data server (since 2.4), which does not follow the links to the runs."""
    from tensorboard import version

    newer = tuple(int(part) for part in version.VERSION.split(".")[:2]) >= (2, 4)
    return ["--load_fast=false"] if newer else []


def named_runs(given: List[str]) -> Dict[str, str]:
    """TensorBoard's name of each run -> its folder of curves.

    Raises:
        BadInput: no curves found, or two runs with the same name.
    """
    runs: Dict[str, str] = {}
    for word in given:
        name, _, path = word.partition("=") if "=" in word and not os.path.exists(word) else ("", "", word)
        folder = folder_of(path)
        if not glob.glob(os.path.join(glob.escape(folder), "**", "*tfevents*"), recursive=True):
            raise BadInput(
                f"RUN: no curves in {folder}; give the --summaries_dir of a `poets retrain`, or the record that "
                "its --json wrote"
            )
        name = (name or name_of(path, folder)).replace("/", "-")
        if name in runs:
            raise BadInput(f"RUN: two are called '{name}'; name them: first={runs[name]}")
        runs[name] = folder
    return runs


def folder_of(path: str) -> str:
    """The folder of curves: ``path`` itself, or the one that a run's record names.

    Raises:
        BadInput: the path does not exist, or the file is not a record.
    """
    if os.path.isdir(path):
        return path
    if not os.path.exists(path):
        raise BadInput(f"RUN: there is no {path}")
    try:
        with open(path, encoding="utf-8") as file:
            return str(json.load(file)["outputs"]["summaries"])
    except (OSError, ValueError, KeyError, TypeError):
        raise BadInput(f"RUN: {path} is neither a folder of curves nor the record of a `poets retrain`")


def name_of(path: str, folder: str) -> str:
    """A run's default name: its folder's name, prefixed with its parent's; for a record, its twin."""
    if os.path.isdir(path):
        return "-".join(os.path.abspath(folder).strip("/").split("/")[-2:])
    with open(path, encoding="utf-8") as file:
        return str(json.load(file).get("twin", os.path.basename(path)))


def check_port(host: str, port: int) -> None:
    """Raise BadInput if this address and port cannot be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            if isinstance(error, socket.gaierror):
                raise BadInput(f"--host {host}: {error.strerror}")
            raise BadInput(f"--port {port}: {getattr(error, 'strerror', error)}; give another one, or 0 for any")


if __name__ == "__main__":
    sys.exit(main())

"""`poets upgrade --prove`: run the old script under TF 1.15 and the new one under TF 2, and compare the results."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from poets.migrate.task.errors import BadInput, BrokenEnvironment
from poets.migrate.task.python_command import command_words
from poets.migrate.task.temporary import temporary_folder
from poets.migrate.task.worker.hang_up import die_with_parent
from poets.migrate.task.worker.start import start_words
from poets.migrate.upgrade.proof.interpreters import ScriptRun, check_python, last_lines, own_environment, run
from poets.migrate.upgrade.proof.same_text import compare_text
from poets.migrate.upgrade.rewriting.files import Upgraded, changed

EVENTS = re.compile(r"events\.out\.tfevents\.")


class Check(NamedTuple):
    subject: str
    """What was compared, in words."""
    same: bool
    """Whether both runs agree, within the tolerance."""
    apart: float
    """The largest difference between two numbers, as in `Compared`."""
    where: str
    """The first difference, in words; empty if there is none."""


class ProofOptions(NamedTuple):
    """The settings of --prove and its related flags."""

    path: str
    """The script or folder that was upgraded; its folder is copied."""
    command: str
    """`SCRIPT ARGUMENTS...`."""
    legacy_python: str
    """Command that starts a Python with TensorFlow 1.15."""
    python: Optional[str]
    """Command that starts a Python with TensorFlow 2; None for poets' own."""
    tolerance: float
    """Tolerance of numbers: relative above 1, absolute below."""
    timeout: float
    """Time limit of each run in seconds."""


def prove(upgraded: List[Upgraded], options: ProofOptions) -> Dict[str, Any]:
    """Run the old and the new script, compare what they print and write, and return the record.

    Raises:
        BadInput: the command does not begin with a script below the paths.
        BrokenEnvironment: a Python is missing, or lacks the required TensorFlow.
    """
    folder, timeout, tolerance = folder_of(options.path), options.timeout, options.tolerance
    words = script_words(options.command, folder)
    old_python = check_python(options.legacy_python, "--legacy-python", "1")
    new_python = check_python(options.python or shlex.quote(sys.executable), "--python", "2")
    with temporary_folder() as place:
        old, new, again = (os.path.join(place, name) for name in ("old", "new", "again"))
        _copy(folder, old)
        _copy(folder, new)
        _write_new(upgraded, folder, new)
        before = contents(old)
        runs = (run(old_python + words, old, timeout), run(new_python + words, new, timeout))
        checks = compare_runs(runs[0], runs[1], tolerance)
        if not any(one.code for one in runs):
            checks += compare_files(before, old, new, new_python, tolerance)
            if not all(one.same for one in checks):
                _copy(folder, again)
                second = run(old_python + words, again, timeout)
                by_chance = compare_runs(runs[0], second, tolerance)
                by_chance += compare_files(before, old, again, new_python, tolerance)
                checks = with_chance_named(checks, by_chance)
    return {
        "command": options.command,
        "same": all(one.same for one in checks),
        "tolerance": tolerance,
        "checks": [one._asdict() for one in checks],
    }


def with_chance_named(checks: List[Check], others: List[Check]) -> List[Check]:
    """Add to the checks where two runs of the old script differ by chance too; ``others`` are their checks."""
    chance = {one.subject: one for one in others if not one.same}
    return [
        one
        if one.same or one.subject not in chance
        else one._replace(where=f"{one.where} (two runs under TF 1 differ too: {chance[one.subject].where})")
        for one in checks
    ]


def folder_of(path: str) -> str:
    """The folder that is copied: the given folder, or the given script's folder."""
    path = os.path.abspath(path)
    return path if os.path.isdir(path) else os.path.dirname(path)


def script_words(command: str, folder: str) -> List[str]:
    """The words after a Python's own: the script and its arguments.

    Raises:
        BadInput: the script is not in the folder.
    """
    words = command_words(command, "--prove")
    if re.match(r"python[\d.]*\Z", os.path.basename(words[0])):
        words = words[1:]
    if not words or not (words[0] == "-m" or os.path.isfile(os.path.join(folder, words[0]))):
        raise BadInput(
            f"--prove: no script '{words[0] if words else ''}' in {folder}; give the words after `python`, "
            "relative to that folder"
        )
    return words


def _copy(folder: str, target: str) -> None:
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("__pycache__", ".git", ".venv", "*.pyc"))


def _write_new(upgraded: List[Upgraded], folder: str, new: str) -> None:
    for one in upgraded:
        if changed(one) and one.source is not None and one.result is not None:
            target = os.path.join(new, os.path.relpath(os.path.abspath(one.path), folder))
            with open(target, "wb") as file:
                file.write(one.source.encoded(one.result.text))


def compare_runs(old: ScriptRun, new: ScriptRun, tolerance: float) -> List[Check]:
    """Compare exit codes and what was printed."""
    if old.code:
        return [
            Check(
                "the old script",
                False,
                0.0,
                f"exit code {old.code} under TF 1, so nothing can be compared:\n{old.errors}",
            )
        ]
    if new.code:
        return [Check("the new script", False, 0.0, f"exit code {new.code} under TF 2:\n{new.errors}")]
    found = compare_text(old.said, new.said, tolerance)
    words = f"printed, {len(old.said.splitlines())} lines, {found.numbers} numbers"
    return [Check(words, found.same, found.apart, found.where)]


def contents(folder: str) -> Dict[str, Tuple[int, int]]:
    """Size and modification time of every file below a folder."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            info = os.stat(path)
            found[os.path.relpath(path, folder)] = (info.st_size, info.st_mtime_ns)
    return found


def compare_files(
    before: Dict[str, Tuple[int, int]], old: str, new: str, python: List[str], tolerance: float
) -> List[Check]:
    """Pair the files that both runs wrote by name, and event files by their order in a folder."""
    written = [
        {
            _steady(path): path
            for path, info in sorted(contents(folder).items())
            if before.get(path) != info and not _is_input(path, before, folder)
        }
        for folder in (old, new)
    ]
    checks = [
        Check(path, False, 0.0, "only the old script wrote it") for path in sorted(set(written[0]) - set(written[1]))
    ]
    checks += [
        Check(path, False, 0.0, "only the new script wrote it") for path in sorted(set(written[1]) - set(written[0]))
    ]
    both = sorted(set(written[0]) & set(written[1]))
    pairs = [(kind_of(os.path.join(old, written[0][name])), written[0][name], written[1][name]) for name in both]
    known = [(name, pair) for name, pair in zip(both, pairs) if pair[0] is not None]
    return checks + ask(known, old, new, python, tolerance)


def _is_input(path: str, before: Dict[str, Tuple[int, int]], folder: str) -> bool:
    return path in before and path.endswith((".py", ".ipynb"))


def _steady(path: str) -> str:
    """A file name without the time and machine in the names of event files."""
    folder, name = os.path.split(path)
    found = EVENTS.match(name)
    return os.path.join(folder, name[: found.end()] + "*") if found else path


def kind_of(path: str) -> Optional[str]:
    """How a file is compared; None if it is part of another."""
    name = os.path.basename(path)
    if EVENTS.match(name):
        return "events"
    if re.search(r"\.data-\d+-of-\d+\Z", name):
        return None
    for ending, kind in (
        (".npy", "array"),
        (".npz", "array"),
        (".pb", "graph"),
        (".meta", "graph"),
        (".pbtxt", "graph"),
        (".index", "checkpoint"),
        (".png", "picture"),
        (".jpg", "picture"),
        (".jpeg", "picture"),
        (".tfrecord", "records"),
        (".tfrecords", "records"),
    ):
        if name.endswith(ending):
            return kind
    try:
        with open(path, encoding="utf-8") as file:
            file.read()
        return "text"
    except UnicodeDecodeError:
        return "bytes"


def ask(known: List[Tuple[str, Any]], old: str, new: str, python: List[str], tolerance: float) -> List[Check]:
    """Compare pairs of files under the new Python.

    Raises:
        BrokenEnvironment: it cannot.
    """
    if not known:
        return []
    listed = os.path.join(os.path.dirname(old), "pairs.json")
    with open(listed, "w", encoding="utf-8") as file:
        json.dump([pair for _, pair in known], file)
    words = python + start_words("poets.migrate.upgrade.proof.same_files") + [old, new, str(tolerance), listed]
    done = subprocess.run(
        words,
        cwd=old,
        env=own_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=die_with_parent,
    )
    found = re.search(r"^COMPARED (.*)$", done.stdout.decode("utf-8", "replace"), re.MULTILINE)
    if not found:
        raise BrokenEnvironment(f"--python: cannot compare the files written: {last_lines(done.stderr, 1)}")
    return [
        Check(f"{name}, {kind}", same, apart, where)
        for (name, _), (kind, same, apart, where) in zip(known, json.loads(found.group(1)))
    ]


def proof_lines(record: Dict[str, Any]) -> List[str]:
    """The record of a proof in words: one line per check, and the verdict."""
    lines = []
    for one in record["checks"]:
        found = f"{one['apart']:.2g} apart" if one["same"] else one["where"]
        lines.append(f"{'same     ' if one['same'] else 'DIFFERENT'}  {one['subject']}: {found}")
    alike = sum(one["same"] for one in record["checks"])
    verdict = "PROVEN" if record["same"] else "NOT PROVEN"
    return lines + [f"{verdict}: {alike} of {len(lines)} the same (numbers within {record['tolerance']:g})"]

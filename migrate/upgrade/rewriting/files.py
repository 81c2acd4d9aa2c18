"""Find the files for `poets upgrade`, analyse each, and write the new ones."""

import os
import shutil
import stat
from typing import Iterator, List, NamedTuple, Optional, Set, Tuple

from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable, whole_file
from poets.migrate.upgrade.program.source import ScriptText, decode
from poets.migrate.upgrade.rewriting import notebook
from poets.migrate.upgrade.rewriting.analyse import Analysis, analyse

ENDINGS = (".py", ".ipynb")
SKIPPED = ("__pycache__", "node_modules", "site-packages")


class Upgraded(NamedTuple):
    path: str
    """The path, as found below the given paths."""
    inside: str
    """The path relative to the given folder; the file's name for a given file."""
    source: Optional[ScriptText]
    """None if it could not be read."""
    result: Optional[Analysis]
    """None if it could not be read."""
    trouble: str
    """Why it could not be read; empty if it could."""


def changed(one: Upgraded) -> bool:
    """Whether the file would change."""
    return one.source is not None and one.result is not None and one.result.text != one.source.text


def upgrade_all(paths: List[str]) -> List[Upgraded]:
    """Analyse every file; nothing is written.

    Raises:
        BadInput: a path is missing, or there are no files to analyse.
    """
    found = [upgrade_file(path, inside) for path, inside in find(paths)]
    if not found:
        raise BadInput(f"{', '.join(paths)}: neither a .py nor an .ipynb file there")
    return found


def upgrade_file(path: str, inside: str) -> Upgraded:
    """Analyse one file; a problem with it is part of the result."""
    try:
        if not os.path.isfile(path):
            raise BadInput(f"{path}: {'a link to nothing' if os.path.islink(path) else 'no ordinary file'}")
        with open(path, "rb") as file:
            data = file.read()
        if path.endswith(".ipynb"):
            source = ScriptText(path, _utf8(path, data), "utf-8")
            return Upgraded(path, inside, source, notebook.upgrade_notebook(path, source.text), "")
        source = decode(path, data)
        return Upgraded(path, inside, source, analyse(source.text), "")
    except BadInput as error:
        return Upgraded(path, inside, None, None, str(error))
    except OSError as error:
        return Upgraded(path, inside, None, None, f"{path}: {error.strerror or error}")
    except Exception as error:  # one odd file must not stop the others
        said = (str(error).splitlines() or ["no message"])[0][:200]
        return Upgraded(path, inside, None, None, f"{path}: cannot be analysed: {type(error).__name__}: {said}")


def _utf8(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 (byte {error.start}), as notebooks are")


def find(paths: List[str]) -> Iterator[Tuple[str, str]]:
    """Every .py and .ipynb file below the paths, once; a file given by its path may have any name.

    Raises:
        BadInput: a path is missing.
    """
    seen: Set[str] = set()
    for path in paths:
        if os.path.isdir(path):
            pairs = [(one, os.path.relpath(one, path)) for one in _walk(path) if one.endswith(ENDINGS)]
        elif os.path.lexists(path):
            pairs = [(path, os.path.basename(path))]
        else:
            raise BadInput(f"{path}: there is no such file or folder")
        for one, inside in pairs:
            if os.path.realpath(one) not in seen:
                seen.add(os.path.realpath(one))
                yield one, inside


def _walk(folder: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            one
            for one in folders
            if not one.startswith(".")
            and one not in SKIPPED
            and not os.path.exists(os.path.join(place, one, "pyvenv.cfg"))
        )
        for name in sorted(names):
            yield os.path.join(place, name)


def check_output(paths: List[str], output: str) -> None:
    """Raise BadInput if a file written to ``output`` could land on one that is read."""
    check_writable(output, "--output", is_folder=True)
    target = os.path.realpath(output)
    for path in paths:
        source = os.path.realpath(path)
        inputs = source if os.path.isdir(source) else os.path.dirname(source)
        if target == inputs or os.path.isdir(source) and (target + os.sep).startswith(source + os.sep):
            raise BadInput(f"--output: {output} is where {path} is read from; choose another folder, or --in-place")


def write_in_place(upgraded: List[Upgraded], paths: List[str]) -> None:
    """Replace each changed file atomically; links and modes are kept.

    Args:
        upgraded: the analysed files.
        paths: the paths that the user gave; a link that was given is followed, wherever it leads.

    Raises:
        BadInput: a link found in a folder leads out of what the user gave; nothing is written.
    """
    given = [os.path.realpath(path) for path in paths]
    outside = [
        one.path
        for one in upgraded
        if changed(one)
        and not any((os.path.realpath(one.path) + os.sep).startswith(os.path.join(path, "")) for path in given)
    ]
    if outside:
        more = f" and {len(outside) - 3} more" if len(outside) > 3 else ""
        raise BadInput(
            f"--in-place: {', '.join(outside[:3])}{more}: leads by a link out of the given folders, so nothing is "
            "written; give what it leads to, or --output DIR"
        )
    for one in upgraded:
        if changed(one) and one.source is not None and one.result is not None:
            _write(os.path.realpath(one.path), one.source.encoded(one.result.text), one.path)


def write_to(upgraded: List[Upgraded], paths: List[str], output: str) -> None:
    """Write a copy of the given trees, with the upgraded files in it."""
    several = len(paths) > 1  # if so, each folder keeps its name
    new = {os.path.realpath(one.path): one for one in upgraded}
    for path in paths:
        name = os.path.basename(os.path.abspath(path)) if several and os.path.isdir(path) else ""
        top = os.path.join(output, name)
        for place in _walk(path) if os.path.isdir(path) else [path]:
            inside = os.path.relpath(place, path) if os.path.isdir(path) else os.path.basename(place)
            one = new.get(os.path.realpath(place))
            target = os.path.join(top, inside)
            if one is not None and changed(one) and one.source is not None and one.result is not None:
                _write(target, one.source.encoded(one.result.text), place)
            elif os.path.isfile(place):
                os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
                shutil.copy2(place, target)


def _write(target: str, data: bytes, like: str) -> None:
    mode = stat.S_IMODE(os.stat(like).st_mode)
    with whole_file(target) as temporary:
        with open(temporary, "wb") as file:
            file.write(data)
    os.chmod(target, mode)

"""The documentation as the tests see it: README.md, the pages of docs/ in the order of mkdocs.yml, CONTRIBUTING.md."""

import os
import re
from typing import List, NamedTuple

from poets.migrate.task.worker.start import project_root


class Page(NamedTuple):
    """One Markdown file."""

    path: str
    """From the project's root: `docs/judge.md`."""
    text: str
    """The whole file."""


def _read(path: str) -> Page:
    with open(os.path.join(project_root(), path), encoding="utf-8") as file:
        return Page(path, file.read())


def nav() -> List[str]:
    """The pages that mkdocs.yml lists, in order. Read by a pattern, as PyYAML is not among the tests' packages."""
    with open(os.path.join(project_root(), "mkdocs.yml"), encoding="utf-8") as file:
        return re.findall(r"^ +- .*: (\S+\.md)$", file.read().split("\nnav:\n")[1], re.MULTILINE)


README = _read("README.md")
PAGES = [README] + [_read("docs/" + name) for name in nav()]
"""What a reader reads, in that order."""
ALL = PAGES + [_read("CONTRIBUTING.md"), _read("CHANGELOG.md")]


def without_code(text: str) -> str:
    """The text without its code blocks, whose `#` lines are no headings."""
    return re.sub(r"^( *)```.*?^\1```", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(page: Page) -> List[str]:
    """The anchors of a page's headings, as mkdocs makes them."""
    found: List[str] = []
    for heading in re.findall(r"^#+ (.*)$", without_code(page.text), re.MULTILINE):
        plain = re.sub(r"[^\w\s-]", "", re.sub(r"[`*]", "", heading)).strip().lower()
        found.append(re.sub(r"[-\s]+", "-", plain))
    return found

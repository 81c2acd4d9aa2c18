"""The documentation says what is there: links, files, flags, tolerances. No command is run, no TensorFlow imported."""

import html
import importlib.util
import json
import os
import re
import subprocess
import sys

import pytest

from parity_tests.project.pages import ALL, PAGES, anchors, nav, without_code
from poets.migrate.cli.commands import COMMANDS
from poets.migrate.judge.compare import tolerances
from poets.migrate.task.worker.start import project_root

PARSERS = [[name] for name in COMMANDS if name not in ("retrain", "mnist")] + [
    ["retrain", "legacy"],
    ["retrain", "modern"],
    ["mnist", "legacy"],
    ["mnist", "modern"],
    ["parity", "A", "B"],
    ["parity", "--task", "mnist"],
    ["label", "--graph", "port.tflite"],
]
# Prints {"command words": help text}; no command imports TensorFlow to show its flags.
HELP = """
import contextlib, io, json, sys
from poets.migrate import cli

found = {}
for words in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as text:
        try:
            cli.main(words + ["--help"])
        except SystemExit:
            pass
    found[" ".join(words)] = text.getvalue()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def flags():
    """Command words -> the flags that its `--help` lists."""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", HELP, json.dumps(PARSERS)],
        stdout=subprocess.PIPE,
        cwd=project_root(),
        env=dict(os.environ, COLUMNS="200"),
        timeout=120,
        check=True,
    )
    found = {}
    for words, text in json.loads(run.stdout.decode("utf-8")).items():
        assert text.startswith("usage: "), words
        usage = text.split("\n\n")[0]
        listed = re.findall(r"^  (-.*?)(?:  |$)", text, re.MULTILINE)  # `-v, --verbose`: usage has only the first
        found[words] = set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", "\n".join([usage] + listed)))
    return found


def commands_of(text):
    """The words after `poets` of every command that a page names: in blocks, whole lines; else in backquotes."""
    found = []
    for line in "\n".join(re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL)).splitlines():
        # `sudo env ... -m poets flush   # why`, `python3 -m poets containers ... | sh`, `.venv/bin/poets parity`
        started = re.search(r"(?:^|[\s/])poets ([a-z].*)", re.sub(r"\s#\s.*", "", line))
        if started and not line.startswith("git "):
            found.append(re.sub(r"\| sh\b.*", "", started.group(1)))
    for code in re.findall(r"(?<!`)`([^`]+)`(?!`)", without_code(text)):
        started = re.match(r"(?:\S*python3? -m )?poets ([a-z].*)", code, re.DOTALL)
        if started:
            found.append(started.group(1))
    return found


def parser_of(words):
    """Which of `PARSERS` reads a command."""
    if words[0] in ("retrain", "mnist"):
        return " ".join(words[:2]) if words[1:2] in (["legacy"], ["modern"]) else words[0] + " modern"
    if words[0] == "parity":
        if "mnist" in words:
            return "parity --task mnist"
        return "parity A B" if words[1:2] and not words[1].startswith("-") else "parity"
    if words[0] == "label" and any(word.endswith((".tflite", ".onnx")) for word in words):
        return "label --graph port.tflite"
    return words[0]


def test_every_command_named_exists_and_has_its_flags(flags):
    checked = 0
    for page in ALL:
        for command in commands_of(page.text):
            words = re.sub(r"\"(?:\\.|[^\"\\])*\"|'[^']*'", "TEXT", command).split()
            if words[0] == "worker":
                continue
            assert words[0] in COMMANDS, "%s: poets %s" % (page.path, command)
            known = flags[parser_of(words)] | (flags["parity"] if words[0] == "containers" else set())
            for word in words[1:]:
                if re.match(r"--?[a-zA-Z]", word):
                    flag = word.split("=")[0]
                    assert flag in known, "%s: poets %s: no flag %s" % (page.path, command, flag)
                    checked += 1
    assert checked > 150


def test_every_flag_named_alone_is_a_flag_of_some_command(flags):
    known = set.union(*flags.values()) | {"--version", "--help"}
    for page in PAGES:
        for code in re.findall(r"(?<!`)`(--[^`]+)`(?!`)", without_code(page.text)):
            flag = re.split(r"[ =]", code)[0]
            assert flag in known, "%s: %s" % (page.path, flag)


def test_every_command_has_a_place_in_the_documentation():
    text = "\n".join(page.text for page in PAGES)
    for name in COMMANDS:
        assert "poets " + name in text, name


def test_every_link_leads_somewhere():
    by_path = {page.path: page for page in ALL}
    for page in ALL:
        for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.text)):
            if "://" in target:
                continue
            path, _, anchor = target.partition("#")
            there = os.path.normpath(os.path.join(os.path.dirname(page.path), path)) if path else page.path
            assert os.path.exists(os.path.join(project_root(), there)), "%s: %s" % (page.path, target)
            assert not anchor or anchor in anchors(by_path[there]), "%s: %s" % (page.path, target)


def test_every_page_is_in_the_nav_once():
    there = sorted(name for name in os.listdir(os.path.join(project_root(), "docs")) if name.endswith(".md"))
    assert sorted(nav()) == there


def test_every_page_is_reached_from_the_readme():
    readme = PAGES[0].text
    assert [page.path for page in PAGES[1:] if "](%s)" % page.path not in readme and page.path != "docs/index.md"] == []


def test_every_file_named_is_there():
    for page in ALL:
        if page.path == "CHANGELOG.md":  # it names what is no longer there
            continue
        for name in re.findall(r"`((?:migrate|legacy|modern|parity_tests|docs)/[\w/.]*)`", page.text):
            assert os.path.exists(os.path.join(project_root(), name)), "%s: %s" % (page.path, name)


def test_the_table_of_tolerances_is_the_judges():
    lines = next(page.text for page in PAGES if page.path == "docs/judge.md").splitlines()
    for stage in ("decode", "resize", "normalize", "distort", "bottleneck"):
        row = next(line for line in lines if line.startswith("| `%s`" % stage))
        assert float(row.split("|")[3].split()[0]) == tolerances.STAGES[stage]
    row = next(line for line in lines if line.startswith("| `logits`, `probabilities`"))
    assert [float(part) for part in row.split("|")[3].split(",")] == [
        tolerances.STAGES["logits"],
        tolerances.STAGES["probabilities"],
    ]


def test_the_table_of_rewrites_is_ports():
    from poets.migrate.graphs.rewrites.in_order import REWRITES

    text = next(page.text for page in PAGES if page.path == "docs/port.md")
    table = text.split("| name | why |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == [rewrite.name for rewrite in REWRITES]


# The page that shows two files side by side


@pytest.fixture(scope="module")
def hooks():
    """docs/hooks.py, which mkdocs loads by its path."""
    spec = importlib.util.spec_from_file_location("hooks", os.path.join(project_root(), "docs", "hooks.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_both_retrains_are_shown_whole(hooks):
    page = next(page.text for page in PAGES if page.path == "docs/side-by-side.md")
    config = {"config_file_path": os.path.join(project_root(), "mkdocs.yml")}
    shown = hooks.on_page_content(page, config)
    rows = re.findall(r'data-line="(\d+)"></span>(.*?)</div>', shown)
    for twin in ("legacy", "modern"):
        with open(os.path.join(project_root(), twin, "retrain.py"), encoding="utf-8") as file:
            lines = file.read().splitlines()
        texts = {(int(number), html.unescape(re.sub(r"<.*?>", "", line)).strip("\u200b")) for number, line in rows}
        missing = [line for number, line in enumerate(lines, 1) if line and (number, line) not in texts]
        assert missing == []
    assert shown.count('<div class="sbs-row">') > 5


def test_functions_of_the_same_name_are_beside_each_other(hooks):
    left = hooks.blocks_of(
        '"""One."""\n\nimport os\nimport sys\n\nA = 1\n\n\ndef f():\n    return 1\n\n\ndef g():\n    pass\n'
    )
    right = hooks.blocks_of(
        '"""One."""\n\nimport os\n\n\ndef extra():\n    pass\n\n\n# why\n@o.o\ndef g():\n    pass\n'
    )
    assert [block.name for block in left] == ["docstring", "imports", "module", "f", "g"]
    assert right[-1].lines[:2] == ["# why", "@o.o"]
    pairs = [(row.left and row.left.name, row.right and row.right.name) for row in hooks.align(left, right)]
    assert pairs == [
        ("docstring", "docstring"),
        ("imports", "imports"),
        ("module", None),
        ("f", None),
        (None, "extra"),
        ("g", "g"),
    ]


def test_code_is_escaped_and_its_text_unchanged(hooks):
    text = 'x = "<b>" if 1 < 2 else f"{x}&"  # study: <i>\ny = """a\n\n  b"""\n'
    spans = hooks.highlighted(text)
    assert [html.unescape(re.sub(r"<.*?>", "", spans[number])) for number in (1, 2, 3, 4)] == text.splitlines()
    assert 'class="c1 sbs-study"' in spans[1] and "<b>" not in spans[1]

"""What `poets study` reads: functions as they stand in the twins' files, and the notes lifted out. No TensorFlow."""

import ast
import sys

import pytest

from poets.migrate.study import chapter, source
from poets.migrate.study.highlight import coloured
from poets.migrate.task.stages import TWINS

FILES = [(twin, module) for twin in TWINS for module in source.modules_of(twin)]

DECORATED = '''"""Text."""


@first(
    1)
@second
def decorated(x):
    # study: this comment
    # has two lines
    return [
        x,
    ]  # the end


class Some:
    """One line.

    study: a paragraph
    of two lines.

    Args:
        x: said.
    """

    # no note

    def one(self): return 1


LAST = {
    "a": 1,
}
# no code
'''


@pytest.mark.skipif(sys.version_info < (3, 8), reason="end_lineno, which the spans are held against, is Python 3.8's")
@pytest.mark.parametrize("twin, module", FILES)
def test_spans_are_those_of_pythons_own_parser(twin, module):
    file = source.read_file(twin, module)
    assert file is not None
    for node in ast.walk(ast.parse("\n".join(file.lines))):
        for one in getattr(node, "body", []) if isinstance(node, (ast.Module, ast.ClassDef)) else []:
            if isinstance(one, (ast.FunctionDef, ast.ClassDef)):
                part = file.parts[(node.name + "." if isinstance(node, ast.ClassDef) else "") + one.name]
                assert part.last == one.end_lineno
                assert part.first == min([one.lineno] + [above.lineno for above in one.decorator_list])


def test_decorators_and_odd_ends_belong_to_a_function():
    parts = source.parse("legacy", "legacy/x.py", DECORATED).parts
    spans = {name: (part.first, part.last) for name, part in parts.items()}
    assert spans == {"": (1, 33), "decorated": (4, 12), "Some": (15, 27), "Some.one": (27, 27), "LAST": (30, 32)}
    assert parts["decorated"].notes == [source.Note(8, "this comment has two lines")]
    assert parts["decorated"].code == 7
    assert parts["Some"].notes == [source.Note(18, "a paragraph of two lines.")]
    assert {row: kind for row, kind in parts["Some"].hidden.items()} == {
        17: "note",
        18: "note",
        19: "note",
        20: "more",
        21: "more",
        22: "more",
    }
    assert parts["Some"].code == 2


@pytest.mark.parametrize("twin, module", FILES)
def test_colours_leave_the_text_as_it_is(twin, module):
    file = source.read_file(twin, module)
    assert file is not None
    assert ["".join(words for _, words in line) for line in coloured(file.lines, file.tokens)] == file.lines


def test_colours():
    text = 'def go(a):\n    return "b"  # 1\n'
    file = source.parse("legacy", "legacy/x.py", text)
    assert coloured(file.lines, file.tokens) == [
        [("keyword", "def"), ("", " "), ("name", "go"), ("", "(a):")],
        [("", "    "), ("keyword", "return"), ("", " "), ("string", '"b"'), ("", "  "), ("comment", "# 1")],
    ]


@pytest.mark.parametrize(
    "legacy, modern, expected",
    [
        (["a", "b"], ["a", "b"], [("a", "a"), ("b", "b")]),
        (["a", "c"], ["a", "b", "c"], [("a", "a"), ("", "b"), ("c", "c")]),
        (["a", "b"], ["b", "a"], [("a", "a"), ("b", "b")]),
        (["a"], ["x"], [("a", ""), ("", "x")]),
        ([], ["x"], [("", "x")]),
    ],
)
def test_functions_are_aligned_by_name(legacy, modern, expected):
    assert chapter.aligned(legacy, modern) == expected

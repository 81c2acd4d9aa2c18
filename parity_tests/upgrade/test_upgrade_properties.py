"""`poets upgrade` on files that nobody thought of: nothing but what must change does, and once is enough."""

import ast
import codecs
import os
import re
import warnings

from hypothesis import given
from hypothesis import strategies as st

from poets.migrate.upgrade.program.source import Lines, apply_edits, decode, masked
from poets.migrate.upgrade.rewriting.analyse import NO_TENSORFLOW, analyse
from poets.migrate.upgrade.rewriting.files import changed, upgrade_file

NAMES = st.sampled_from(["x", "tf", "np", "Session", "tensorflow_text", "self", "a1", "_b"])
STRINGS = st.sampled_from(
    [
        "'tf'",
        '"import tensorflow as tf"',
        "'''\nimport tensorflow\n'''",
        "r'\\'",
        "b'\\x00'",
        "'#'",
        "u'é'",
        "f'{x}'",
        "f'{x!r:>{a1}}'",
        '"""a\\""""',
        "'\\\n'",
        "rb'\\n'",
        "''",
        "'a' \"b\"",
    ]
)
LEAVES = st.one_of(NAMES, STRINGS, st.sampled_from(["0", "1.5e-3", "0o17", "...", "None", "[]", "x.contrib.y"]))
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("f({}, *{}, k={})".format, inner, inner, inner),
        st.builds("[{} for x in {}]".format, inner, inner),
        st.builds("(lambda tf: {})".format, inner),
        st.builds("{{{}: {}}}".format, inner, inner),
        st.builds("({}  # tf.contrib\n  , {})".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
    ),
    max_leaves=5,
)
SIMPLE = st.one_of(
    st.builds("x = {}".format, EXPRESSIONS),
    EXPRESSIONS,
    st.just("pass"),
    st.just("import os, sys as tf"),
    st.just("from .tensorflow import x"),
    st.just("from a.tensorflow import (b,\n    c)"),
    st.just("# import tensorflow as tf"),
    st.just("import tensorflow_datasets as tensorflow"),
    st.builds("x = 1; y = {}".format, EXPRESSIONS),
    st.just("del x"),
    st.just("assert x, \\\n  'no'"),
    st.just("\x0c"),
    st.just(""),
)
INDENTS = st.sampled_from(["    ", "\t", " ", "  "])


def indented(lines, indent):
    """Statements as the body of one that ends in a colon; strings with line ends in them are left as they are."""
    return "\n".join(indent + line if line.strip(" \t\x0c") and "\n" not in line else f"{indent}pass" for line in lines)


BLOCKS = st.one_of(
    SIMPLE,
    st.builds(
        lambda head, lines, indent: head + "\n" + indented(lines, indent),
        st.sampled_from(
            [
                "def f(tf, *x, y=1):",
                "class A(object):",
                "if x:",
                "for x in y:",
                "with x as tf:",
                "while x:",
                "async def g():",
                "@x\ndef h(): # tf",
            ]
        ),
        st.lists(SIMPLE, min_size=1, max_size=4),
        INDENTS,
    ),
)
TENSORFLOW = st.sampled_from(
    [
        "import tensorflow as tf",
        "import tensorflow",
        "import os, tensorflow as t",
        "from tensorflow import flags, gfile as g",
        "from tensorflow.python.platform import gfile",
        "try:\n  import tensorflow as tf\nexcept ImportError:\n  tf = None",
        "def late():\n\timport tensorflow as tf\n\treturn tf.Session",
        "import tensorflow as tf; tf.Session()",
        "from tensorflow.python.framework import (graph_util,  # one\n  tensor_shape)",
        "import tensorflow.contrib.slim as slim",
        "from tensorflow.contrib import rnn\nrnn.BasicLSTMCell(3)",
        "tf.layers.dense(x, tf.contrib.layers.xavier_initializer())",
        "tf . Session ( )",
        "from tensorflow.keras import layers",
        "x = tf.contrib.framework.get_global_step()",
    ]
)


def is_python(text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            return False
    return True


@st.composite
def files(draw, statements=BLOCKS):
    """Bytes of a valid Python file, in any of the ways in which one may lie on disk."""
    text = "\n".join(draw(st.lists(statements, max_size=8))) + draw(st.sampled_from(["", "\n", "\n\n", "\n    "]))
    encoding, mark = draw(
        st.sampled_from([("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("latin-1", b""), ("cp1252", b"")])
    )
    if encoding != "utf-8":
        text = f"# -*- coding: {encoding} -*-\n" + text
    # Python itself takes a file with lone carriage returns for one line, and its cookie for all of it
    ends = ["\n", "\r\n", "\r"] if encoding == "utf-8" else ["\n", "\r\n"]
    text = text.replace("\n", draw(st.sampled_from(ends)))
    return mark + text.encode(encoding)


def upgraded(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.py"
    path.write_bytes(data)
    return upgrade_file(str(path), "any.py")


@given(data=files())
def test_a_file_without_tensorflow_comes_out_byte_for_byte(data, tmp_path_factory):
    one = upgraded(tmp_path_factory, data)
    assert not changed(one) and one.source.encoded(one.result.text) == data
    if is_python(one.source.text):
        assert one.result.state == NO_TENSORFLOW


@given(data=files(st.one_of(BLOCKS, TENSORFLOW)))
def test_twice_is_once_and_nothing_else_moves(data, tmp_path_factory):
    one = upgraded(tmp_path_factory, data)
    if not is_python(one.source.text):
        assert not changed(one)
        return
    text = one.result.text
    assert is_python(text) and analyse(text).text == text
    assert text.count("disable_v2_behavior()") <= text.count("tensorflow.compat.v1")
    kept = apply_edits(one.source.text, [edit._replace(text="") for edit in one.result.edits])
    assert re.sub(r"\s", "", kept) in _subsequences_of(text, kept)
    comments = [re.findall(r"#[^\r\n]*", each) for each in (one.source.text, text)]
    assert comments[0] == comments[1]


def _subsequences_of(text, kept):
    """``kept`` without spaces, if its letters stand in ``text`` in their order."""
    wanted = re.sub(r"\s", "", kept)
    letters = iter(re.sub(r"\s", "", text))
    return [wanted] if all(letter in letters for letter in wanted) else []


@given(text=st.text(alphabet=st.sampled_from("ab'\"\\#\n\r\x0c\té{}(),.;= "), max_size=60))
def test_any_text_is_looked_at_without_an_error(text):
    assert len(masked(text)) == len(text)
    result = analyse(text)
    assert result.text == text


@given(text=st.text(alphabet=st.sampled_from("ab\n\r\x0cé\U0001f600\u2028 "), max_size=40))
def test_positions_are_those_of_the_parser(text):
    lines = Lines(text)
    for place in range(len(text) + 1):
        line, column = lines.position(place)
        start = lines.starts[line - 1]
        assert start + column - 1 == place
        assert lines.place(line, len(text[start:place].encode("utf-8"))) == place


def test_the_standard_library_comes_out_byte_for_byte():
    folder = os.path.dirname(os.__file__)
    paths = sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".py"))
    for path in paths[::4]:
        with open(path, "rb") as file:
            data = file.read()
        one = upgrade_file(path, path)
        assert one.source is not None and one.result is not None
        assert one.source.encoded(one.result.text) == data, path
        assert one.result.state == NO_TENSORFLOW, path


def test_a_byte_order_mark_and_a_cookie_are_kept():
    data = codecs.BOM_UTF8 + "# coding: utf-8\r\nimport tensorflow as tf\r\nx = 'é'".encode("utf-8")
    source = decode("a.py", data)
    assert source.encoded(analyse(source.text).text) == data.replace(
        b"tensorflow as tf\r\n", b"tensorflow.compat.v1 as tf\r\ntf.disable_v2_behavior()\r\n"
    )

"""Python 2 in a script: syntax that is invalid in Python 3, and names and modules that it lacks."""

import ast
import re
from typing import Iterator, List, NamedTuple

from poets.migrate.upgrade.program.finding import ERROR, WARNING, ScriptFinding
from poets.migrate.upgrade.program.scope import Imported, Names
from poets.migrate.upgrade.program.source import STRING_OR_COMMENT, Lines, masked

CONVERT = "convert the file first (2to3, or futurize), see that it still runs under Python 3 and TF 1.15, then "
"upgrade it"


class Pattern(NamedTuple):
    expression: str
    """Regular expression whose first group is the place to report."""
    subject: str
    """What it is called."""
    advice: str
    """What to write instead."""


# matched against text with strings blanked to quotes and comments removed
SYNTAX = [
    Pattern(*one)
    for one in (
        (r"(?:^|[;:])[ \t]*(print[ \t]*>>)", "print >>file", "print(..., file=file)"),
        (r"(?:^|[;:])[ \t]*(print[ \t]*(?:[\"\w{\[~`-]|\(.*\)[ \t]*[%,.]))", "print statement", "print(...)"),
        (r"(?:^|[;:])[ \t]*(exec[ \t]+[\"\w])", "exec statement", "exec(...)"),
        (r"\b(except[ \t]+(?:[\w.]+|\([^)\r\n]*\))[ \t]*,[ \t]*\w+[ \t]*:)", "except X, e", "except X as e"),
        (r"\b(raise[ \t]+[\w.]+[ \t]*,)", "raise X, value", "raise X(value)"),
        (r"(<>)", "<>", "!="),
        (r"(`[^`\r\n]*`)", "backticks", "repr(...)"),
        (r"(?<![\w.])(0[0-9]*[1-9][0-9]*)(?:[lL]\b|(?![\w.]))", "octal number", "0o..."),
        (r"(?<![\w.])((?:0[xX][0-9a-fA-F]+|[0-9]+)[lL])\b", "long number", "drop the L"),
        (
            r"\b(def[ \t]+\w+[ \t]*\((?:[^():=\r\n]*,)?[ \t]*\([\w, \t]*\))",
            "tuple parameter",
            "take it apart in the body",
        ),
        (r"\b(lambda[ \t]*\([\w, \t]*\)[ \t]*:)", "tuple parameter", "take it apart in the body"),
    )
]

BUILTINS = {
    "xrange": "range",
    "unicode": "str",
    "raw_input": "input",
    "basestring": "str",
    "long": "int",
    "unichr": "chr",
    "reduce": "functools.reduce",
    "file": "open",
    "execfile": "exec(open(path).read())",
    "cmp": "(a > b) - (a < b)",
    "reload": "importlib.reload",
    "intern": "sys.intern",
    "izip": "zip",
    "apply": "f(*arguments)",
    "buffer": "memoryview",
    "coerce": "nothing: numbers coerce themselves",
}
MODULES = {
    "urllib2": "urllib.request and urllib.error",
    "urlparse": "urllib.parse",
    "cPickle": "pickle",
    "ConfigParser": "configparser",
    "StringIO": "io",
    "cStringIO": "io",
    "Queue": "queue",
    "HTMLParser": "html.parser",
    "httplib": "http.client",
    "commands": "subprocess",
    "__builtin__": "builtins",
    "Tkinter": "tkinter",
    "tkMessageBox": "tkinter.messagebox",
    "copy_reg": "copyreg",
    "thread": "_thread",
    "cookielib": "http.cookiejar",
    "SocketServer": "socketserver",
    "BaseHTTPServer": "http.server",
    "SimpleHTTPServer": "http.server",
    "xmlrpclib": "xmlrpc.client",
    "sets": "set",
    "UserDict": "collections",
    "exceptions": "builtins",
    "dummy_thread": "_thread",
    "md5": "hashlib",
    "sha": "hashlib",
    "anydbm": "dbm",
    "itertools.izip": "zip",
    "itertools.imap": "map",
    "itertools.ifilter": "filter",
    "itertools.izip_longest": "itertools.zip_longest",
    "urllib.urlretrieve": "urllib.request.urlretrieve",
    "urllib.urlopen": "urllib.request.urlopen",
    "urllib.urlencode": "urllib.parse.urlencode",
    "urllib.quote": "urllib.parse.quote",
    "urllib.unquote": "urllib.parse.unquote",
    "urllib.URLopener": "urllib.request.URLopener",
    "string.letters": "string.ascii_letters",
    "string.maketrans": "str.maketrans",
    "string.join": "str.join",
    "string.uppercase": "string.ascii_uppercase",
    "string.lowercase": "string.ascii_lowercase",
    "os.getcwdu": "os.getcwd",
    "sys.maxint": "sys.maxsize",
    "time.clock": "time.perf_counter",
    "collections.Mapping": "collections.abc.Mapping",
    "collections.Iterable": "collections.abc.Iterable",
    "collections.Sequence": "collections.abc.Sequence",
    "collections.Callable": "collections.abc.Callable",
    "collections.MutableMapping": "collections.abc.MutableMapping",
    "collections.Hashable": "collections.abc.Hashable",
    "inspect.getargspec": "inspect.getfullargspec",
    "fractions.gcd": "math.gcd",
    "imp": "importlib",
    "scipy.misc.imread": "imageio.imread, or PIL.Image.open",
    "scipy.misc.imresize": "PIL.Image.resize, which it called",
    "scipy.misc.imsave": "PIL.Image.save",
    "scipy.misc.toimage": "PIL.Image.fromarray",
}
METHODS = {
    "iteritems": "items",
    "iterkeys": "keys",
    "itervalues": "values",
    "has_key": "`in`",
    "viewitems": "items",
    "viewkeys": "keys",
    "viewvalues": "values",
}


def syntax_findings(text: str, error: SyntaxError) -> List[ScriptFinding]:
    """Why a text does not parse: each place with Python 2 syntax, or Python's own message if there is none."""
    blank, lines = masked(text), Lines(text)
    places = [(found.start(1), one) for one in SYNTAX for found in re.finditer(one.expression, blank, re.MULTILINE)]
    places += [
        (found.start(), Pattern("", "ur'...'", "drop the u: r'...' is unicode in Python 3"))
        for found in STRING_OR_COMMENT.finditer(text)
        if re.match("[uU][rR]['\"]", found.group())
    ]
    for found in re.finditer(r"^[ \t]*(?:from|import)[ \t]+([\w, \t]+)", blank, re.MULTILINE):
        places += [
            (found.start(1) + word.start(), Pattern("", "module " + word.group(), MODULES[word.group()]))
            for word in re.finditer(r"\w+", found.group(1))
            if word.group() in MODULES
        ]
    findings = []
    for place, one in sorted(set(places)):
        line, column = lines.position(place)
        findings.append(
            ScriptFinding(
                ERROR,
                "python-2-syntax",
                line,
                column,
                one.subject,
                f"Python 2: {one.subject}; in Python 3: {one.advice}",
                CONVERT,
            )
        )
    seen = {one.line for one in findings}
    if isinstance(error, TabError):
        findings.append(
            ScriptFinding(
                ERROR,
                "python-2-syntax",
                error.lineno or 1,
                1,
                "tabs and spaces",
                "tabs and spaces are mixed in one indentation, which Python 3 rejects",
                CONVERT,
            )
        )
    elif not seen or not seen & set(range((error.lineno or 1) - 1, (error.lineno or 1) + 2)):
        findings.append(
            ScriptFinding(
                ERROR,
                "syntax",
                error.lineno or 1,
                error.offset or 1,
                "syntax",
                f"not valid Python: {error.msg}",
                "fix the syntax, then upgrade it",
            )
        )
    return sorted(findings, key=lambda one: (one.line, one.column))


def name_findings(names: Names, lines: Lines) -> Iterator[ScriptFinding]:
    """Names and modules of Python 2 (and some that Python 3 has since removed) in a program that parses.

    Code in a `try` or an `if` is ignored, because programs for both Pythons check first.
    """
    for one in names.imports:
        yield from _import_finding(one, lines)
    for chain in names.chains:
        if chain.guarded or chain.tested:
            continue
        name, line, column = chain.name.id, chain.name.lineno, chain.name.col_offset
        spot = lines.position(lines.place(line, column))
        if not chain.attributes and name in BUILTINS and chain.scope.owner(name) is None and not names.stars:
            yield ScriptFinding(
                ERROR, "python-2-name", spot.line, spot.column, name, f"Python 3 has no {name}", f"use {BUILTINS[name]}"
            )
        for dotted in names.means(chain):
            gone = next((one for one in prefixes(dotted) if "." in one and one in MODULES), None)
            if gone and chain.attributes:
                yield ScriptFinding(
                    ERROR, "removed-module", spot.line, spot.column, gone, f"{gone} is gone", f"use {MODULES[gone]}"
                )
    yield from _method_findings(names, lines)


def _import_finding(one: Imported, lines: Lines) -> Iterator[ScriptFinding]:
    dotted = one.dotted if isinstance(one.node, ast.ImportFrom) else one.module
    gone = next((part for part in prefixes(dotted) if part in MODULES), None)
    if gone and not one.guarded:
        spot = lines.position(lines.place(one.node.lineno, one.node.col_offset))
        yield ScriptFinding(
            ERROR, "removed-module", spot.line, spot.column, gone, f"{gone} is gone", f"use {MODULES[gone]}"
        )


def _method_findings(names: Names, lines: Lines) -> Iterator[ScriptFinding]:
    for call, _ in names.calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr in METHODS and len(call.args) <= 1:
            spot = lines.position(lines.place(call.lineno, call.col_offset))
            yield ScriptFinding(
                WARNING,
                "python-2-name",
                spot.line,
                spot.column,
                f".{call.func.attr}()",
                f"Python 3's dict has no {call.func.attr}",
                f"use {METHODS[call.func.attr]}",
            )


def prefixes(dotted: str) -> List[str]:
    """`a.b.c`, `a.b`, `a`."""
    parts = dotted.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]

"""Run in a Python with TensorFlow: read programs as JSON, run each, and write their outputs as JSON."""

import contextlib
import importlib
import io
import json
import sys
from typing import Any, Dict


def outcome(program: str, names: Dict[str, Any]) -> str:
    """What a program prints, or its error as in the last line of a traceback."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(program, "example", "exec"), dict(names))  # a lesson's own code
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())[:2000]}"
    return printed.getvalue().strip()


def main() -> int:
    """Run all programs from stdin."""
    programs = json.load(sys.stdin)
    stdout = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        names = {"tf": importlib.import_module("tensorflow"), "np": importlib.import_module("numpy")}
        names["tf"].get_logger().setLevel("ERROR")
        said = {"tensorflow": names["tf"].__version__, "outcomes": [outcome(one, names) for one in programs]}
    stdout.write(json.dumps(said) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The command `poets`. Nothing heavy is imported before it is known what is wanted."""

import importlib
import sys
from typing import Callable, Dict, List, NamedTuple, Optional

from poets import __version__


class Command(NamedTuple):
    words: str
    """One line for --help."""
    run: Callable[[List[str]], int]


def _call(module: str, function: str = "main") -> Callable[[List[str]], int]:
    return lambda argv: getattr(importlib.import_module(module), function)(argv)


def retrain(argv: List[str]) -> int:
    """`poets retrain legacy|modern`: one twin's whole task."""
    if argv and argv[0] in ("legacy", "modern"):
        return _call(f"poets.{argv[0]}.retrain")(argv[1:])
    sys.stderr.write("usage: poets retrain {legacy,modern} [flags]\n")
    return 0 if argv and argv[0] in ("-h", "--help") else 2


def mnist(argv: List[str]) -> int:
    """`poets mnist legacy|modern`: the beginner lab in one style."""
    if argv and argv[0] in ("legacy", "modern"):
        return _call(f"poets.{argv[0]}.mnist")(argv[1:])
    sys.stderr.write("usage: poets mnist {legacy,modern} [flags]\n")
    return 0 if argv and argv[0] in ("-h", "--help") else 2


def label(argv: List[str]) -> int:
    """`poets label`: TFLite and ONNX models without TensorFlow; a frozen graph in a Session, all else in Keras."""
    twin, rest = _taken(argv, "--twin")
    graph, _ = _taken(rest, "--graph")
    if twin is None and graph and needs_no_tensorflow(graph):
        return _call("poets.migrate.label.without_tensorflow")(rest)
    if twin is None:
        twin = "legacy" if graph and graph.endswith((".pb", ".pbtxt")) else "modern"
    if twin not in ("legacy", "modern"):
        sys.stderr.write(f"poets label: --twin is '{twin}'; it is legacy or modern\n")
        return 2
    return _call(f"poets.{twin}.label_image")(rest)


def needs_no_tensorflow(path: str) -> bool:
    """Whether the model at ``path`` is run without TensorFlow: a TFLite or ONNX file, by its name or first bytes."""
    if path.endswith((".tflite", ".lite", ".onnx")):
        return True
    try:
        with open(path, "rb") as file:
            return file.read(8)[4:] == b"TFL3"
    except OSError:  # a folder, or nothing: the twin says so
        return False


def serve_models() -> int:
    """`python -m poets worker`, which the judge starts: one model behind its calls."""
    return int(importlib.import_module("poets.migrate.runners.model_worker").serve())


def _taken(argv: List[str], flag: str) -> tuple:
    """The value of a flag, and the arguments without it."""
    for place, word in enumerate(argv):
        if word == flag and place + 1 < len(argv):
            return argv[place + 1], argv[:place] + argv[place + 2 :]
        if word.startswith(flag + "="):
            return word[len(flag) + 1 :], argv[:place] + argv[place + 1 :]
    return None, argv


def parity(argv: List[str]) -> int:
    """`poets parity`: the twins; or the models that come before the flags; or with `--task mnist` the beginner lab."""
    task, rest = _taken(argv, "--task")
    if task == "mnist":
        return _call("poets.migrate.judge.lab.command")(rest)
    room = "models" if argv and not argv[0].startswith("-") else "twins"
    return _call(f"poets.migrate.judge.{room}.command")(argv)


COMMANDS: Dict[str, Command] = {
    "parity": Command("compare both twins, or any models, on the same photos", parity),
    "judge": Command(
        "judge a kept run again, or two runs against each other", _call("poets.migrate.judge.twins.judge_command")
    ),
    "fuzz": Command("search for an input on which the twins differ", _call("poets.migrate.judge.fuzz.command")),
    "containers": Command(
        "print what runs `poets parity` on a TX2 with each side in a container",
        _call("poets.migrate.judge.sides.containers"),
    ),
    "sweep": Command(
        "train under many settings and seeds, and say which are usable", _call("poets.migrate.judge.sweep.command")
    ),
    "retrain": Command("retrain legacy|modern: the whole task in one style", retrain),
    "mnist": Command("mnist legacy|modern: the beginner lab, a network that reads digits", mnist),
    "label": Command("label photos with a frozen graph or any port of one", label),
    "evaluate": Command(
        "accuracy and cross entropy of models on a folder of photos", _call("poets.migrate.judge.models.evaluate")
    ),
    "inspect": Command("say what a frozen graph is, without running it", _call("poets.migrate.inspect.command")),
    "port": Command("turn old frozen graphs into SavedModels, proven equal", _call("poets.migrate.port.command")),
    "optimize": Command(
        "leave out of a graph what only training needs, proven equal", _call("poets.migrate.shrink.optimize")
    ),
    "round": Command(
        "round a graph's weights so that it packs to a third", _call("poets.migrate.shrink.round_weights")
    ),
    "bisect": Command(
        "name the first node at which a graph and its port differ", _call("poets.migrate.inspect.bisect")
    ),
    "monitor": Command(
        "watch load, memory, temperatures and power, or read a log of tegrastats",
        _call("poets.migrate.monitor.command"),
    ),
    "flush": Command(
        "drop the page cache, which a Jetson's GPU counts as memory taken", _call("poets.migrate.monitor.flush")
    ),
    "doctor": Command(
        "say what is wrong with this machine and its Pythons, and what to type", _call("poets.migrate.doctor.command")
    ),
    "study": Command(
        "the TF1 and the TF2 program side by side, a lesson at a time", _call("poets.migrate.study.command")
    ),
    "upgrade": Command(
        "carry TF1 scripts and notebooks over to TF2, and name what needs a hand",
        _call("poets.migrate.upgrade.command"),
    ),
    "tensorboard": Command(
        "show the curves of one run or several in TensorBoard, one over the other",
        _call("poets.migrate.visuals.tensorboard"),
    ),
    "demo": Command(
        "look at the painted flowers that `poets parity` uses by default", _call("poets.migrate.demo.command")
    ),
}


def usage() -> str:
    """The text of `poets --help`."""
    lines = [
        "usage: poets [--version [-v]] COMMAND [flags]",
        "",
        "The TensorFlow for Poets retraining task in TF1 and in TF2 style, and the proof that they agree.",
        "",
    ]
    lines += [f"  {name:<12}{command.words}" for name, command in COMMANDS.items()]
    return "\n".join(lines + ["", "`poets COMMAND --help` lists a command's flags."]) + "\n"


def version(argv: List[str]) -> int:
    """`poets --version`, and with -v which TensorFlow each interpreter has."""
    detailed = "-v" in argv or "--verbose" in argv
    if not (detailed and _taken(argv, "--json")[0] == "-"):
        sys.stdout.write(f"poets {__version__}\n")
    if detailed:
        return _call("poets.migrate.judge.sides.versions")([word for word in argv if word not in ("-v", "--verbose")])
    return 0


def main(argv: Optional[List[str]] = None) -> int:
    """Run `poets` with ``argv`` (default: the process's own); the exit code is what it should end with."""
    argv = sys.argv[1:] if argv is None else argv
    if not argv:
        sys.stderr.write(usage())
        return 2
    if argv[0] in ("-h", "--help", "help"):
        sys.stdout.write(usage())
        return 0
    if "--version" in argv[:2]:
        return version([word for word in argv if word != "--version"])
    if argv[0] == "worker":  # for the judge, not for people
        return serve_models()
    if argv[0] not in COMMANDS:
        import difflib

        near = difflib.get_close_matches(argv[0], list(COMMANDS), n=1)
        sys.stderr.write(
            "poets: no command '%s'%s (poets --help lists them)\n"
            % (argv[0], f"; did you mean '{near[0]}'?" if near else "")
        )
        return 2
    return COMMANDS[argv[0]].run(argv[1:])


if __name__ == "__main__":
    sys.exit(main())

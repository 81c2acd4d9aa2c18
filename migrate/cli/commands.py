"""The commands of `poets`. Each is imported when it is run, so that `poets --help` is fast."""

import sys
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple


class Command(NamedTuple):
    words: str
    """One line for --help."""
    run: Callable[[List[str]], int]
    """Takes the arguments after the command's name and returns the exit code."""


def take_flag(argv: List[str], flag: str) -> Tuple[Optional[str], List[str]]:
    """The value of a flag, or None, and the arguments without the flag."""
    for place, word in enumerate(argv):
        if word == flag and place + 1 < len(argv):
            return argv[place + 1], argv[:place] + argv[place + 2 :]
        if word.startswith(flag + "="):
            return word[len(flag) + 1 :], argv[:place] + argv[place + 1 :]
    return None, argv


def parity(argv: List[str]) -> int:
    """`poets parity`: compare the twins, the models given before the flags, or with `--task mnist` the beginner lab."""
    task, rest = take_flag(argv, "--task")
    if task == "mnist":
        from poets.migrate.judge.lab import command as lab_command

        return lab_command.main(rest)
    if argv and not argv[0].startswith("-"):
        from poets.migrate.judge.models import command as models_command

        return models_command.main(argv)
    from poets.migrate.judge.twins import command as twins_command

    return twins_command.main(argv)


def judge(argv: List[str]) -> int:
    """`poets judge`: apply other thresholds to runs that were kept."""
    from poets.migrate.judge.twins import judge_command

    return judge_command.main(argv)


def fuzz(argv: List[str]) -> int:
    """`poets fuzz`: search for inputs on which the twins differ."""
    from poets.migrate.judge.fuzz import command

    return command.main(argv)


def containers(argv: List[str]) -> int:
    """`poets containers`: print a script that compares the twins on a TX2, each in a container."""
    from poets.migrate.judge.sides import containers

    return containers.main(argv)


def sweep(argv: List[str]) -> int:
    """`poets sweep`: train the same task under many settings and seeds."""
    from poets.migrate.judge.sweep import command

    return command.main(argv)


def retrain(argv: List[str]) -> int:
    """`poets retrain legacy|modern`: one twin's whole task."""
    if argv[:1] in (["legacy"], ["modern"]):
        from poets.migrate.task.flags.retrain import parse_retrain

        parse_retrain(argv[0], argv[1:])  # --help and wrong flags do not wait for TensorFlow
    if argv[:1] == ["legacy"]:
        from poets.legacy import retrain as legacy_retrain

        return legacy_retrain.main(argv[1:])
    if argv[:1] == ["modern"]:
        from poets.modern import retrain as modern_retrain

        return modern_retrain.main(argv[1:])
    return _no_twin("retrain", argv)


def mnist(argv: List[str]) -> int:
    """`poets mnist legacy|modern`: the beginner lab in one style."""
    if argv[:1] in (["legacy"], ["modern"]):
        from poets.migrate.lab.command import make_parser

        make_parser(argv[0]).parse_args(argv[1:])
    if argv[:1] == ["legacy"]:
        from poets.legacy import mnist as legacy_mnist

        return legacy_mnist.main(argv[1:])
    if argv[:1] == ["modern"]:
        from poets.modern import mnist as modern_mnist

        return modern_mnist.main(argv[1:])
    return _no_twin("mnist", argv)


def _no_twin(command: str, argv: List[str]) -> int:
    usage = f"usage: poets {command} {{legacy,modern}} [flags]\n"
    if argv[:1] in (["-h"], ["--help"]):
        about = "legacy runs in a TensorFlow 1 session, modern in Keras."
        sys.stdout.write(f"{usage}\n{about}\n`poets {command} modern --help` lists the flags.\n")
        return 0
    sys.stderr.write(usage)
    return 2


def label(argv: List[str]) -> int:
    """`poets label`: TFLite and ONNX without TensorFlow, a frozen graph in a Session, everything else in Keras."""
    twin, rest = take_flag(argv, "--twin")
    graph, _ = take_flag(rest, "--graph")
    if twin is None and graph:
        from poets.migrate.task.file_formats import runs_without_tensorflow

        if runs_without_tensorflow(graph):
            from poets.migrate.runners import label_without_tensorflow

            return label_without_tensorflow.main(rest)
    if twin in (None, "legacy", "modern"):
        from poets.migrate.task.flags.retrain import label_parser

        label_parser(twin or "modern").parse_args(rest)
    if twin is None:
        twin = "legacy" if graph and graph.endswith((".pb", ".pbtxt")) else "modern"
    if twin == "legacy":
        from poets.legacy import label_image as legacy_label_image

        return legacy_label_image.main(rest)
    if twin == "modern":
        from poets.modern import label_image as modern_label_image

        return modern_label_image.main(rest)
    sys.stderr.write(f"poets label: --twin is '{twin}'; give legacy or modern\n")
    return 2


def evaluate(argv: List[str]) -> int:
    """`poets evaluate`: accuracy and misclassified photos of models."""
    from poets.migrate.judge.models import evaluate

    return evaluate.main(argv)


def inspect(argv: List[str]) -> int:
    """`poets inspect`: report what a model is, without running it."""
    from poets.migrate.inspect import command

    return command.main(argv)


def port(argv: List[str]) -> int:
    """`poets port`: port old graphs to SavedModels and other formats."""
    from poets.migrate.port import command

    return command.main(argv)


def optimize(argv: List[str]) -> int:
    """`poets optimize`: strip training-only nodes from a frozen graph."""
    from poets.migrate.shrink import command

    return command.main_optimize(argv)


def round_weights(argv: List[str]) -> int:
    """`poets round`: round a graph's weights so that it compresses well."""
    from poets.migrate.shrink import command

    return command.main_round(argv)


def bisect(argv: List[str]) -> int:
    """`poets bisect`: find the first node at which a graph and its port differ."""
    from poets.migrate.inspect import bisect_command

    return bisect_command.main(argv)


def monitor(argv: List[str]) -> int:
    """`poets monitor`: monitor load, memory, temperatures and power."""
    from poets.migrate.monitor import command

    return command.main(argv)


def flush(argv: List[str]) -> int:
    """`poets flush`: drop the page cache."""
    from poets.migrate.monitor import flush

    return flush.main(argv)


def doctor(argv: List[str]) -> int:
    """`poets doctor`: diagnose this machine and its Pythons."""
    from poets.migrate.doctor import command

    return command.main(argv)


def study(argv: List[str]) -> int:
    """`poets study`: show TF1 and TF2 side by side."""
    from poets.migrate.study import command

    return command.main(argv)


def upgrade(argv: List[str]) -> int:
    """`poets upgrade`: upgrade TF1 scripts and notebooks."""
    from poets.migrate.upgrade import command

    return command.main(argv)


def tensorboard(argv: List[str]) -> int:
    """`poets tensorboard`: show the curves of several runs in one TensorBoard."""
    from poets.migrate.visuals import tensorboard

    return tensorboard.main(argv)


def demo(argv: List[str]) -> int:
    """`poets demo`: show the painted flowers."""
    from poets.migrate.demo import command

    return command.main(argv)


def versions(argv: List[str]) -> int:
    """`poets --version -v`: which TensorFlow each interpreter has."""
    from poets.migrate.judge.sides import versions

    return versions.main(argv)


def serve_models() -> int:
    """`python -m poets worker`, started by the judge: run one model and answer the judge's calls."""
    from poets.migrate.runners import model_worker

    return model_worker.serve()


COMMANDS: Dict[str, Command] = {
    "parity": Command("compare both twins, or any models, on the same photos", parity),
    "judge": Command("judge a kept run again, or compare two runs", judge),
    "fuzz": Command("search for an input on which the twins differ", fuzz),
    "containers": Command("print a script: parity on a TX2, each side in a container", containers),
    "sweep": Command("train under many settings and seeds, and report which are usable", sweep),
    "retrain": Command("retrain legacy|modern: the whole task in one style", retrain),
    "mnist": Command("mnist legacy|modern: the beginner lab, a network that reads digits", mnist),
    "label": Command("label photos with a frozen graph or any port of it", label),
    "evaluate": Command("report accuracy and cross entropy of models on a folder of photos", evaluate),
    "inspect": Command("report what a model is, without running it", inspect),
    "port": Command("port old graphs to SavedModels and other formats, verified", port),
    "optimize": Command("strip training-only nodes from a frozen graph, verified", optimize),
    "round": Command("round a graph's weights so that it compresses to a third", round_weights),
    "bisect": Command("find the first node at which a graph and its port differ", bisect),
    "monitor": Command("monitor load, memory, temperatures and power", monitor),
    "flush": Command("drop the page cache, which a Jetson's GPU counts as used memory", flush),
    "doctor": Command("diagnose this machine and its Pythons, and print the cures", doctor),
    "study": Command("show TF1 and TF2 side by side, one lesson at a time", study),
    "upgrade": Command("upgrade TF1 scripts and notebooks; list what is left by hand", upgrade),
    "tensorboard": Command("show the curves of one or more runs in one TensorBoard chart", tensorboard),
    "demo": Command("show the painted flowers that `poets parity` uses by default", demo),
}

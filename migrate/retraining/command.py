"""The command `retrain` of both twins, which calls the twin's own recipe."""

import argparse
import time
from typing import Callable, Dict, List, NamedTuple, Optional

from poets.migrate import console
from poets.migrate.retraining.run import Run
from poets.migrate.retraining.settings import RetrainSettings
from poets.migrate.task.files import check_writable
from poets.migrate.task.flags.retrain import check_outputs, parse_retrain, resources_of, training_settings_of
from poets.migrate.task.training import run_record


class RetrainTwin(NamedTuple):
    name: str
    """`legacy` or `modern`."""
    recipe: Callable[[Run], None]
    """The task itself: trains, tests and writes the network."""
    outputs: Callable[[str], List[run_record.Output]]
    """`--output_graph` -> the files that the recipe will write; raises BadInput if one cannot be written."""
    versions: Dict[str, str]
    """Versions of TensorFlow and Keras."""


def main(twin: RetrainTwin, argv: Optional[List[str]] = None) -> int:
    """Run the command; returns the exit code of the process."""
    flags = parse_retrain(twin.name, argv)
    return console.run_command(lambda: retrain(twin, flags))


def frozen_graph(output_graph: str) -> List[run_record.Output]:
    """A frozen graph as the only output. Raises BadInput if the path is not writable."""
    check_writable(output_graph, "--output_graph")
    return [run_record.Output("graph", "graph", output_graph)]


def settings_of(flags: argparse.Namespace) -> RetrainSettings:
    """The settings from the flags of `parse_retrain`."""
    same = {name: getattr(flags, name) for name in RetrainSettings._fields if hasattr(flags, name)}
    same.update(
        tfhub_module=getattr(flags, "tfhub_module", None) or "",
        resize=getattr(flags, "resize", "tf1"),
        show_distortions=flags.show_distortions or "",
        training=training_settings_of(flags),
        resources=resources_of(flags, console.warn),
    )
    return RetrainSettings(**same)


def retrain(twin: RetrainTwin, flags: argparse.Namespace) -> int:
    """Retrain according to the flags; returns the exit code.

    Raises:
        PoetsError: anything that stops the run; no partial output is left.
    """
    check_outputs(flags)
    run = Run(twin.name, twin.versions["tensorflow"], settings_of(flags), twin.outputs)
    twin.recipe(run)
    if run.tuned is not None:
        run.mark("fine-tuning")
    run.seconds["all"] = time.time() - run.started
    run.say("\n".join([f"{output.kind}: {output.path}" for output in run.outputs] + [f"labels: {flags.output_labels}"]))
    if flags.json:
        outputs = {output.key: output.path for output in run.outputs}
        outputs.update(labels=flags.output_labels, summaries=flags.summaries_dir)
        record = run_record.of_retraining(
            twin.name,
            vars(flags),
            run.known,
            run.computed,
            run.outcome,
            run.seconds,
            twin.versions,
            outputs,
            run.resources,
            run.tuned,
        )
        console.write_json(flags.json, record)
    return 0

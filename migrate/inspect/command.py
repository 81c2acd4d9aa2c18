"""The command `poets inspect`: report what unknown graphs are, without running them."""

import argparse
import os
import sys
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from poets.migrate import console
from poets.migrate.graphs.find_networks import find_graphs
from poets.migrate.graphs.network_files import files_of, labels_files
from poets.migrate.task.errors import BadInput
from poets.migrate.task.flags.retrain import Parser, add_output_flags
from poets.migrate.task.labelling.labels import read_labels

TF1_SAVED_MODEL = "a TensorFlow 1 SavedModel"


Draw = Callable[[Dict[str, Any], bool, Any], None]
"""Called with the record, whether it is verbose, and the stream."""


class Unread(NamedTuple):
    path: str
    """Path of the graph, or the argument that names none."""
    why: BadInput


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command and return the exit code of the process."""
    parser = Parser(
        prog="poets inspect", description="Report what a network is and whether it reaches outside, without running it."
    )
    parser.add_argument(
        "graphs",
        nargs="+",
        metavar="GRAPH",
        help="a frozen graph, a SavedModel's folder, a checkpoint, a .keras, .tflite or .onnx file; or a folder of "
        "them, or a glob pattern",
    )
    parser.add_argument(
        "--labels", metavar="FILE", help="labels file to check against the graph; default: the one beside it"
    )
    parser.add_argument("--input_layer", help="name of the input node; default: found from the graph")
    parser.add_argument("--output_layer", help="name of the output node; default: found from the graph")
    parser.add_argument(
        "--backbone",
        metavar="GRAPH",
        help="for a checkpoint with only the last layer: the frozen graph of the network below it",
    )
    parser.add_argument("--tensorboard", metavar="DIR", help="write the one graph for TensorBoard's graph view")
    add_output_flags(parser, "what was found", "list every kind of op")
    flags = parser.parse_args(argv)
    return console.run_command(lambda: inspect(flags))


def inspect(flags: argparse.Namespace) -> int:
    """Inspect as the flags ask.

    Returns:
        0, or the exit code of bad input if one of several graphs cannot be read.

    Raises:
        BadInput: a single graph is none, a named node is missing, or the given labels do not fit.
    """
    paths, unread = paths_of(flags.graphs)
    if len(paths) + len(unread) == 1:
        if unread:
            raise unread[0].why
        record, draw = look_at(paths[0], flags)
        if flags.json:
            console.write_json(flags.json, record)
        _draw(record, draw, flags)
        return 0
    return inspect_many(paths, unread, flags)


def inspect_many(paths: Sequence[str], unread: List[Unread], flags: argparse.Namespace) -> int:
    """Inspect several graphs; those that cannot be read are named, and the others go on. Returns the exit code."""
    if flags.tensorboard:
        raise BadInput(f"--tensorboard: takes one graph, not {len(paths) + len(unread)}")
    records: List[Dict[str, Any]] = []
    for path in paths:
        try:
            record, draw = look_at(path, flags)
        except BadInput as error:
            unread.append(Unread(path, error))
            continue
        except OSError as error:
            unread.append(Unread(path, BadInput(f"GRAPH: cannot read {path}: {error.strerror}")))
            continue
        records.append(record)
        _draw(record, draw, flags)
    for one in unread:
        console.say(f"error: {one.why}" if one.path in str(one.why) else f"error: {one.path}: {one.why}")
    if flags.json:
        lost = [{"graph": one.path, "error": str(one.why)} for one in unread]
        console.write_json(flags.json, {"graphs": records + lost})
    return BadInput.exit_code if unread else 0


def _draw(record: Dict[str, Any], draw: Draw, flags: argparse.Namespace) -> None:
    if not flags.quiet:
        draw(record, flags.verbose, sys.stderr if flags.json == "-" else sys.stdout)


def paths_of(targets: Sequence[str]) -> Tuple[List[str], List[Unread]]:
    """The networks that the arguments name, each once, and the arguments that name none."""
    paths: List[str] = []
    unread = []
    for target in targets:
        try:
            paths += [path for path in find_graphs([target], of_any_format=True) if path not in paths]
        except BadInput as error:
            unread.append(Unread(target, error))
    return paths, unread


def look_at(path: str, flags: argparse.Namespace) -> Tuple[Dict[str, Any], Draw]:
    """What one network is, and how it is drawn.

    Raises:
        BadInput: the file is not a graph, a named node is missing, or the given labels do not fit.
    """
    from poets.migrate.inspect import facts, screen
    from poets.migrate.inspect.gate_findings import gate_findings_of
    from poets.migrate.port.reading.options import ReadingOptions
    from poets.migrate.port.reading.sources import look_into

    options = ReadingOptions(input_layer=flags.input_layer, output_layer=flags.output_layer, backbone=flags.backbone)
    findings = gate_findings_of(path)
    if findings and findings.kind != TF1_SAVED_MODEL:
        return findings_as_json(path, findings), screen.show_findings
    try:
        source = look_into(path, options)
    except BadInput:
        if not findings or not findings.reaches:
            raise
        return findings_as_json(path, findings), screen.show_findings  # more is known only by running it
    found = facts.gather(source.graph_def, source.input_layer, source.output_layer)
    labels = check_labels(path, flags.labels, found.classes)
    if flags.tensorboard:
        write_for_tensorboard(source.graph_def, flags.tensorboard)
    if findings:
        found = found._replace(reaches=findings.reaches)  # of all of it, not only of what the output depends on
    return facts_as_json(source, found, labels), screen.show


def check_labels(graph: str, given: Optional[str], classes: Optional[int]) -> Dict[str, Any]:
    """Check the labels file. Given labels must fit; labels found beside the graph are only reported."""
    if given:
        return {"file": given, "count": len(read_labels(given, classes)), "fit": True, "why": ""}
    path = next(iter(labels_files(graph)), None)
    if path is None:
        return {"file": None, "count": None, "fit": None, "why": "no labels file beside the graph"}
    try:
        return {"file": path, "count": len(read_labels(path, classes)), "fit": True, "why": ""}
    except BadInput as error:
        return {"file": path, "count": None, "fit": False, "why": str(error)}


def roles_as_json(roles: Any) -> Dict[str, Any]:
    """The roles as JSON; size and normalisation stand beside the whole preprocessing too, as they always did."""
    given = roles.preprocessing
    return {
        "input_layer": roles.input_layer,
        "output_layer": roles.output_layer,
        "input_size": given.height,
        "input_mean": given.mean,
        "input_std": given.std,
        "normalization_from": given.source,
        "classes": roles.classes,
        "preprocessing": given._asdict(),
        "fed": roles.fed,
        "activation": roles.activation,
    }


def facts_as_json(source: Any, found: Any, labels: Dict[str, Any]) -> Dict[str, Any]:
    """The facts as JSON."""
    roles = found.roles
    record = dict(found._asdict())
    record["reaches"] = [op._asdict() for op in found.reaches]
    record["family"] = found.family._asdict()
    record["roles"] = roles_as_json(roles) if roles else None
    record["ops"] = dict(sorted(found.ops.items(), key=lambda item: (-item[1], item[0])))
    size = sum(os.path.getsize(name) for name in files_of(source.path))
    return dict({"graph": source.path, "kind": source.kind, "bytes": size}, labels=labels, **record)


def findings_as_json(path: str, findings: Any) -> Dict[str, Any]:
    """What is known of a file that is no graph of TensorFlow 1, or is one that reaches outside, as JSON."""
    size = sum(os.path.getsize(name) for name in files_of(path))
    return {
        "graph": path,
        "kind": findings.kind,
        "bytes": size,
        "reaches": [op._asdict() for op in findings.reaches],
        "weights_in": list(findings.weights_in),
    }


def write_for_tensorboard(graph_def: Any, folder: str) -> None:
    """Write an event file that TensorBoard's graph view opens, as the codelab's graph_pb2tb did."""
    from poets.migrate.tensorflow_library.version2 import tf

    with tf.Graph().as_default() as graph:
        tf.graph_util.import_graph_def(graph_def, name="")
        writer = tf.compat.v1.summary.FileWriter(folder, graph)
        writer.close()

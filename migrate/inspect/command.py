"""The command `poets inspect`: report what an unknown graph is, without running it."""

import argparse
import os
import sys
from typing import Any, Callable, Dict, List, Optional

from poets.migrate import console
from poets.migrate.graphs.network_files import files_of, labels_files
from poets.migrate.task.errors import BadInput
from poets.migrate.task.flags.retrain import Parser, add_output_flags
from poets.migrate.task.labelling.labels import read_labels

TF1_SAVED_MODEL = "a TensorFlow 1 SavedModel"


def main(argv: Optional[List[str]] = None) -> int:
    """Run the command and return the exit code of the process."""
    parser = Parser(
        prog="poets inspect", description="Report what a network is and whether it reaches outside, without running it."
    )
    parser.add_argument(
        "graph", metavar="GRAPH", help="a frozen graph, a SavedModel's folder, a checkpoint, a .keras or a .tflite file"
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
    parser.add_argument("--tensorboard", metavar="DIR", help="write the graph for TensorBoard's graph view")
    add_output_flags(parser, "what was found", "list every kind of op")
    flags = parser.parse_args(argv)
    return console.run_command(lambda: inspect(flags))


def inspect(flags: argparse.Namespace) -> int:
    """Inspect as the flags ask.

    Raises:
        BadInput: the file is not a graph, a named node is missing, or the given labels do not fit.
    """
    from poets.migrate.inspect import facts
    from poets.migrate.inspect.gate_findings import gate_findings_of
    from poets.migrate.port.reading.options import ReadingOptions
    from poets.migrate.port.reading.sources import look_into

    options = ReadingOptions(input_layer=flags.input_layer, output_layer=flags.output_layer, backbone=flags.backbone)
    findings = gate_findings_of(flags.graph)
    if findings and findings.kind != TF1_SAVED_MODEL:
        return _write(flags, findings_as_json(flags.graph, findings), show_findings)
    try:
        source = look_into(flags.graph, options)
    except BadInput:
        if not findings or not findings.reaches:
            raise
        return _write(flags, findings_as_json(flags.graph, findings), show_findings)  # more is known only by running it
    found = facts.gather(source.graph_def, source.input_layer, source.output_layer)
    labels = check_labels(flags.graph, flags.labels, found.classes)
    if flags.tensorboard:
        write_for_tensorboard(source.graph_def, flags.tensorboard)
    if findings:
        found = found._replace(reaches=findings.reaches)  # of all of it, not only of what the output depends on
    return _write(flags, facts_as_json(source, found, labels), show)


Draw = Callable[[Dict[str, Any], bool, Any], None]
"""Called with the record, whether it is verbose, and the stream."""


def _write(flags: argparse.Namespace, record: Dict[str, Any], draw: Draw) -> int:
    if flags.json:
        console.write_json(flags.json, record)
    if not flags.quiet:
        draw(record, flags.verbose, sys.stderr if flags.json == "-" else sys.stdout)
    return 0


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


def facts_as_json(source: Any, found: Any, labels: Dict[str, Any]) -> Dict[str, Any]:
    """The facts as JSON."""
    roles = found.roles
    record = dict(found._asdict())
    record["reaches"] = [op._asdict() for op in found.reaches]
    record["family"] = found.family._asdict()
    record["roles"] = roles._asdict() if roles else None
    record["ops"] = dict(sorted(found.ops.items(), key=lambda item: (-item[1], item[0])))
    size = sum(os.path.getsize(name) for name in files_of(source.path))
    return dict({"graph": source.path, "kind": source.kind, "bytes": size}, labels=labels, **record)


def findings_as_json(path: str, findings: Any) -> Dict[str, Any]:
    """What is known of a file that is no graph of TensorFlow 1, or is one that reaches outside, as JSON."""
    size = sum(os.path.getsize(name) for name in files_of(path))
    return {"graph": path, "kind": findings.kind, "bytes": size, "reaches": [op._asdict() for op in findings.reaches]}


def write_for_tensorboard(graph_def: Any, folder: str) -> None:
    """Write an event file that TensorBoard's graph view opens, as the codelab's graph_pb2tb did."""
    from poets.migrate.tensorflow_library.version2 import tf

    with tf.Graph().as_default() as graph:
        tf.graph_util.import_graph_def(graph_def, name="")
        writer = tf.compat.v1.summary.FileWriter(folder, graph)
        writer.close()


def rounded(count: int) -> str:
    """A count in words: 463 unchanged, 1.24 million and 569 million rounded."""
    if count < 10000:
        return str(count)
    return f"{count / 1e6:.{2 if count < 1e7 else 0}f} million"


def show(record: Dict[str, Any], verbose: bool, file: Any) -> None:
    """The facts as a tree."""
    from rich.markup import escape
    from rich.tree import Tree

    def branch(name: str, text: str) -> Any:
        return tree.add(f"[bold]{name}[/bold]: {escape(text)}")

    tree = Tree(escape(f"{record['graph']} ({record['bytes'] / 1000000.0:.1f} MB)"))
    branch("kept as", record["kind"])
    branch("what it is", record["family"]["name"]).add(escape(record["family"]["evidence"]))
    roles = record["roles"]
    if roles:
        batch = "one image at a time" if record["batch"] == 1 else "any number of images"
        branch(
            "input",
            (
                f"{roles['input_layer']}, {record['input_dtype']}, {int(roles['input_size'])} x "
                f"{int(roles['input_size'])} pixels, {batch}"
            ),
        )
        branch(
            "normalisation",
            f"(pixel - {roles['input_mean']:g}) / {roles['input_std']:g}, from {roles['normalization_from']}",
        )
        branch("output", f"{roles['output_layer']}, {record['classes'] or 'unknown'} classes")
        if record["bottleneck"]:
            branch("bottleneck", f"{record['bottleneck']}, {record['bottleneck_width'] or '?'} wide")
    else:
        branch("input and output", record["roles_problem"])
    labels = record["labels"]
    branch("labels", labels["why"] or f"{labels['file']}, {int(labels['count'])} labels, as many as classes")
    multiply_adds = record["multiply_adds"]
    branch(
        "size",
        (
            f"{rounded(record['parameters'])} parameters, {rounded(multiply_adds) if multiply_adds else 'unknown'} "
            f"multiply-adds per image, {record['nodes']} nodes, GraphDef producer {record['producer']}"
        ),
    )
    if record["quantized_weights"]:
        branch("8-bit weights", f"{int(record['quantized_weights'])} constants")
    if record["leftovers"]:
        left = branch("left from training", f"{len(record['leftovers'])} kinds")
        for words in record["leftovers"]:
            left.add(escape(words))
    if record["reaches"]:
        _add_outside_ops(tree, record["reaches"])
    ops = list(record["ops"].items())
    shown = ops if verbose else ops[:6]
    more = "" if len(shown) == len(ops) else f" and {len(ops) - len(shown)} kinds more (-v)"
    branch("ops", ", ".join(f"{int(count)} {op}" for op, count in shown) + more)
    console.screen(file).print(tree)


def show_findings(record: Dict[str, Any], verbose: bool, file: Any) -> None:
    """The format, and what reaches outside, as a tree."""
    from rich.markup import escape
    from rich.tree import Tree

    tree = Tree(escape(f"{record['graph']} ({record['bytes'] / 1000000.0:.1f} MB)"))
    tree.add(f"[bold]kept as[/bold]: {record['kind']}")
    if record["reaches"]:
        _add_outside_ops(tree, record["reaches"])
    else:
        tree.add("[bold]reaches outside[/bold]: nothing; `poets label --graph` runs it as it is")
    console.screen(file).print(tree)


def _add_outside_ops(tree: Any, reaches: List[Dict[str, Any]]) -> None:
    from rich.markup import escape

    outside = tree.add("[bold]reaches outside[/bold]: not run or ported unless allowed")
    for reach in reaches:
        outside.add(escape(f"{reach['op']} {reach['why']}: {', '.join(reach['nodes'][:3])}"))

"""What `poets inspect` found, as a tree on the screen."""

from typing import Any, Dict, List

from poets.migrate import console
from poets.migrate.task.photos.preprocessing import numbers_in_words

KINDS = {"rgb": "RGB", "bgr": "BGR", "gray": "one channel"}
LAYOUTS = {"NHWC": "", "NCHW": " first", "flat": ", in a flat row"}
ENDINGS = {
    "": "",
    "softmax": "; they are logits, `port` and `label` add the Softmax",
    "pair": "; one Sigmoid, `port` and `label` give 1 - p and p",
}


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
        given = roles["preprocessing"]
        batch = "one image at a time" if record["batch"] == 1 else "any number of images"
        branch(
            "input",
            (
                f"{roles['input_layer']}, {record['input_dtype']}, {given['height']} x {given['width']} pixels, "
                f"{KINDS[given['channels']]}{LAYOUTS[given['layout']]}, {batch}"
            ),
        )
        branch(
            "normalisation",
            f"(pixel - {numbers_in_words(given['mean'])}) / {numbers_in_words(given['std'])}, "
            f"{'a guess: ' if given['guessed'] else 'from '}{given['source']}",
        )
        branch(
            "output",
            f"{roles['output_layer']}, {record['classes'] or 'unknown'} classes{ENDINGS[roles['activation']]}",
        )
        if roles["fed"]:
            fed = ", ".join(f"{name} = {value:g}" for name, value in sorted(roles["fed"].items()))
            branch("fed besides", f"{fed}; `port` makes constants of them")
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
    if record["weights_in"]:
        tree.add(f"[bold]weights in[/bold]: {escape(', '.join(record['weights_in']))}")
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

"""Terminal output of `poets port`."""

from typing import Any, Dict, List, TextIO

from rich.markup import escape
from rich.table import Table

from poets.migrate.console import screen
from poets.migrate.port.one_graph import Job, title_of
from poets.migrate.port.words import preprocessing_in_words, untold_in_words
from poets.migrate.task.labelling.calibration import calibration_in_words


def show_one(report: Dict[str, Any], verbose: bool, file: TextIO) -> None:
    """Show what one graph is, how it was rewritten, and how its ports compare."""
    console = screen(file)
    found = report["input"]
    console.print(f"[bold]{escape(report['family']['name'])}[/bold] ({escape(report['family']['evidence'])})")
    console.print(
        f"input {escape(found['layer'])}, {escape(preprocessing_in_words(found))}; output {escape(report['output'])}, "
        f"{int(report['classes'])} classes"
    )
    if report.get("calibration"):
        for line in calibration_in_words(report["calibration"], None if verbose else 3):
            console.print(escape(line))
    if found["guessed"]:
        console.print("[yellow]the normalisation is a guess[/yellow]; --input_mean, --input_std and --channels give it")
    if report["labels_warning"]:
        console.print(f"[yellow]warning[/yellow]: {escape(report['labels_warning'])}")
    for rewrite in report["rewrites"]:
        words = f": {rewrite['reason']}" if verbose or rewrite["name"] == "one_by_one" else ""
        console.print(f"  rewrote {rewrite['name']}, {int(rewrite['count'])} nodes{words}")
    console.print(_targets_table(report))
    lossy = {name: proof for name, proof in report["targets"].items() if proof.get("lossy")}
    for name, proof in lossy.items():
        if proof["max_abs"] is not None:
            console.print(
                f"  {name} is lossy: {proof['required_tolerance']:.2g} apart on average over "
                f"{int(proof['pictures'])} pictures, {proof['max_abs']:.2g} at most"
            )
    untold = untold_in_words(report)
    if untold:
        console.print(f"[yellow]{escape(untold)}[/yellow]")
    if report["verdict"] == "equal":
        again = " (done before; nothing to do)" if report.get("skipped") else ""
        words = (
            "[green]NEAR[/green] the original"
            if len(lossy) == len(report["targets"])
            else ("[green]EQUAL[/green] to the original in a Session" + (", near it where lossy" if lossy else ""))
        )
        console.print(words + again)
    else:
        console.print("[bold red]NOT EQUAL[/bold red]: failed ports are in rejected/, with the report")
        for name, proof in report["targets"].items():
            if not proof["passed"]:
                console.print(f"  {name}: {escape(proof['why'])}")


def _targets_table(report: Dict[str, Any]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("target", "apart", "allowed", "logits", "same top-1", "", "where"):
        table.add_column(name, overflow="fold")
    for name, proof in report["targets"].items():
        apart, logits = proof.get("required_tolerance"), proof.get("logits_max_abs")
        good = f"[green]{'near' if proof.get('lossy') else 'ok'}[/green]"
        table.add_row(
            name,
            "-" if apart is None else f"{apart:.2g}",
            f"{proof.get('tolerance', 0):.2g}",
            "-" if logits is None else f"{logits:.2g}",
            f"{100 * proof.get('top1_agreement', 0):.0f} %",
            good if proof["passed"] else "[bold red]FAIL[/bold red]",
            escape(proof["path"]),
        )
    return table


def show_many(jobs: List[Job], outcomes: List[Dict[str, Any]], file: TextIO) -> None:
    """Show one line per graph."""
    console = screen(file)
    table = Table(box=None, header_style="bold", pad_edge=False, expand=True)
    for name in ("graph", "what it is", "classes", "apart", ""):
        table.add_column(name, overflow="fold")
    for job, outcome in zip(jobs, outcomes):
        if "error" in outcome:
            table.add_row(escape(title_of(job)), escape(outcome["error"]), "", "", "[bold red]refused[/bold red]")
            continue
        gaps = [proof.get("required_tolerance") for proof in outcome["targets"].values()]
        worst = "-" if None in gaps else f"{max(gaps):.2g}"
        good = outcome["verdict"] == "equal"
        lossy = any(proof.get("lossy") for proof in outcome["targets"].values())
        words = "there" if outcome.get("skipped") else "near" if lossy else "equal"
        mark = f"[green]{words}[/green]" if good else "[red]NOT EQUAL[/red]"
        table.add_row(escape(title_of(job)), escape(outcome["family"]["name"]), str(outcome["classes"]), worst, mark)
    console.print(table)
    equal = sum(outcome.get("verdict") == "equal" for outcome in outcomes)
    console.print(f"{int(equal)} of {len(jobs)} ported and proven; summary.json has the details")

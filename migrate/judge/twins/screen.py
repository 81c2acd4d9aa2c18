"""The one-screen report, drawn by rich."""

from typing import List, Optional

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from poets.migrate.judge.compare.accuracy import Accuracy
from poets.migrate.judge.compare.attribution import Attribution, ranked
from poets.migrate.judge.compare.difference import Difference
from poets.migrate.judge.compare.fine_tuning import FineTuned
from poets.migrate.judge.report import free_lines, speed_lines, terminal
from poets.migrate.judge.report.curve_lines import Curves
from poets.migrate.judge.report.figures import number, share, share_with_interval
from poets.migrate.judge.twins import verdict_words
from poets.migrate.judge.twins.comparison import TWINS, Arrays, Verdict


def render(verdict: Verdict, verbose: bool = False, arrays: Optional[Arrays] = None) -> Group:
    """The report as something rich can print: at most one screen of 80 columns, more under ``verbose``.

    ``arrays`` is what was measured: with it, the curves of both losses are drawn.
    """
    parts: List[RenderableType] = [_headline(verdict), _stage_table(verdict), _training_lines(verdict)]
    if arrays and verdict.training.steps:
        parts.append(Curves({twin: arrays[twin + "_losses"] for twin in TWINS}))
    if verdict.accuracy:
        parts.append(_accuracy_lines(verdict.accuracy))
    if verdict.fine_tuning:
        parts.append(_fine_tuning_lines(verdict.fine_tuning))
    if verdict.attribution:
        parts.append(attribution_lines(verdict.attribution, verbose))
    parts.extend(Text("no %s: %s" % reason) for reason in verdict.left_out.items())
    parts.extend(
        Text("%s %s" % ("ok  " if found.passed else "FAIL", found.words), "" if found.passed else "red")
        for found in verdict.judged
        if verbose or not found.passed
    )
    if verdict.free_training:
        parts.append(free_lines.render(verdict.free_training))
    if verdict.speed:
        parts.append(speed_lines.render(verdict.speed))
    if verbose:
        parts.append(_tolerance_lines(verdict))
        if verdict.free_training:
            parts.append(free_lines.details(verdict.free_training))
        if verdict.speed:
            parts.append(speed_lines.details(verdict.speed))
        parts.append(Text(f"\ncompared in {verdict.seconds:.0f} s"))
    parts.append(_next_step(verdict))
    return Group(*parts)


def as_text(
    verdict: Verdict, width: int = terminal.WIDTH, verbose: bool = False, arrays: Optional[Arrays] = None
) -> str:
    """The report as plain text."""
    return terminal.as_text(render(verdict, verbose, arrays), width)


def _headline(verdict: Verdict) -> Panel:
    mark = Text(*(("PARITY", "bold green") if verdict.parity else ("NO PARITY", "bold red")))
    if not verdict.parity:
        mark.append(": " + verdict_words.reason(verdict), "red")
    about = verdict_words.sides(verdict) + [verdict_words.subject(verdict)]
    return Panel(Text("\n").join([mark, Text("\n".join(about))]), title="poets parity", expand=True)


def _mark(passed: bool) -> Text:
    return Text("ok", "green") if passed else Text("FAIL", "bold red")


def _stage_table(verdict: Verdict) -> Table:
    table = Table(expand=True, box=None, header_style="bold", pad_edge=False)
    table.add_column("stage")
    for name in ("max", "mean", "p99", "allowed"):
        table.add_column(name, justify="right")
    table.add_column("", justify="right")
    for name, found in verdict.stages.items():
        table.add_row(
            name,
            number(found.max_abs),
            number(found.mean_abs),
            number(found.p99_abs),
            number(found.tolerance),
            _mark(found.passed),
        )
    return table


def attribution_lines(found: Attribution, verbose: bool) -> Text:
    """What brings the difference: the two largest parts, or all under ``verbose``."""
    text = Text(
        f"probabilities differ by {number(found.whole.mean_abs)} in the mean, {found.whole.flipped} of "
        f"{found.photos} top-1 flipped; brought by"
    )
    parts = [part for part in ranked(found) if part.mean_abs or part.flipped]
    if not verbose:
        shown = [f"{part.stage} {number(part.mean_abs)} ({part.flipped} flipped)" for part in parts[:2]]
        return text.append("\n  " + ", ".join(shown + [f"left over {number(found.leftover.mean_abs)}"]))
    for part in parts + [found.leftover]:
        text.append(
            f"\n  {part.stage:<14} mean {number(part.mean_abs):<8} max {number(part.max_abs):<8} {part.flipped} flipped"
        )
    return text


def _difference_words(found: Difference) -> str:
    return f"{number(found.max_abs)} ({number(found.tolerance)} allowed)"


def _training_lines(verdict: Verdict) -> Text:
    training = verdict.training
    text = Text(f"\ntraining in lockstep, {training.steps} steps: ")
    text.append_text(_mark(training.passed))
    text.append(
        f"\n  losses within {_difference_words(training.losses)}, final weights {_difference_words(training.weights)}"
    )
    return text


def _accuracy_lines(found: Accuracy) -> Text:
    text = Text(f"accuracy on {found.n} test photos, with 95 % interval: ")
    text.append_text(_mark(found.passed))
    text.append(
        f"\n  legacy {share_with_interval(found.legacy, found.legacy_interval)}, modern "
        f"{share_with_interval(found.modern, found.modern_interval)}; same on {share(found.top1_agreement)}\n"
    )
    return text


def _fine_tuning_lines(found: FineTuned) -> Text:
    text = Text("fine-tuning in lockstep, %d steps, %d of %d layers thawed: " % (found.steps, *found.layers))
    text.append_text(_mark(found.passed))
    text.append(
        f"\n  first losses within {_difference_words(found.early_losses)}; in the mean:\n  losses "
        f"{_mean_words(found.losses)}, weights {_mean_words(found.weights)},\n  probabilities "
        f"{_mean_words(found.probabilities)}"
    )
    if found.frozen is not None:
        text.append(
            "\n  right: frozen %s, fine-tuned %s"
            % (share(found.frozen), ", ".join(f"{side} {share(right)}" for side, right in found.tuned.items()))
        )
    return text.append("\n")


def _mean_words(found: Difference) -> str:
    return f"{number(found.mean_abs)} ({number(found.tolerance)} allowed)"


def _tolerance_lines(verdict: Verdict) -> Text:
    lines: List[str] = ["\nwould have passed at:"]
    for name, found in verdict.stages.items():
        lines.append(
            "  %-14s %s over %d values%s"
            % (name, number(found.required_tolerance), found.elements, "; " + found.why if found.why else "")
        )
    if verdict.accuracy and verdict.accuracy.disagreeing:
        lines.append(f"test photos named differently: {', '.join(map(str, verdict.accuracy.disagreeing[:20]))}")
    return Text("\n".join(lines))


def _next_step(verdict: Verdict) -> Text:
    return Text("\n" + verdict_words.next_step(verdict), "dim" if verdict.parity else "bold")

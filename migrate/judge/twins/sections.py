"""Sections of the twins' report: the screen's lines on each part of the task, and the tables behind them."""

from typing import Dict, List, Optional, Sequence

from poets.migrate.judge.compare.accuracy import Accuracy
from poets.migrate.judge.compare.attribution import Attribution, ranked
from poets.migrate.judge.compare.coverage import coverage_line
from poets.migrate.judge.compare.difference import Difference
from poets.migrate.judge.compare.fine_tuning import FineTuned
from poets.migrate.judge.compare.thresholds import Judged
from poets.migrate.judge.report import free_lines, machine_lines, speed_lines
from poets.migrate.judge.report.figures import number, share, share_with_interval
from poets.migrate.judge.report.page import BAD, Line, Section, outcome
from poets.migrate.judge.twins import tables
from poets.migrate.judge.twins.comparison import TwinsVerdict
from poets.migrate.judge.twins.measure_side import Arrays
from poets.migrate.judge.twins.own_answers import OwnAnswers
from poets.migrate.task.stages import TWINS


def sections_of(verdict: TwinsVerdict, arrays: Optional[Arrays] = None) -> List[Section]:
    """Sections on all compared parts, in the order of the task. With ``arrays``, the losses are drawn."""
    found = [stages(verdict), training(verdict, arrays)]
    if verdict.judged:
        found.append(thresholds(verdict.judged))
    if verdict.accuracy:
        found.append(accuracy(verdict.accuracy))
    if verdict.own:
        found.append(own_answers(verdict.own))
    if verdict.coverage:
        found.append(Section([Line(coverage_line(verdict.coverage))], rank=1))
    if verdict.fine_tuning:
        found.append(fine_tuning(verdict.fine_tuning))
    if verdict.attribution:
        found.append(attribution(verdict.attribution))
    found.extend(Section([Line(f"no {what}: {why}")]) for what, why in verdict.left_out.items())
    if verdict.free_training:
        found.extend(free_lines.free_sections(verdict.free_training))
    if verdict.speed:
        found.append(speed_lines.speed_section(verdict.speed))
        if verdict.speed.observed:
            found.append(machine_lines.machine_section(verdict.speed.observed))
    return found


def stages(verdict: TwinsVerdict) -> Section:
    """The table of differences, stage by stage."""
    table = tables.stages(verdict)
    more = [Line("would have passed at:")]
    for name, found in verdict.stages.items():
        why = f"; {found.why}" if found.why else ""
        more.append(Line(f"  {name:<14} {number(found.required_tolerance)} over {found.elements} values{why}"))
    return Section(table=table, on_screen=table, more=more)


def training(verdict: TwinsVerdict, arrays: Optional[Arrays]) -> Section:
    """The training in lockstep, and both losses."""
    found = verdict.training
    summary = [
        outcome(f"training in lockstep, {found.steps} steps", found.passed),
        Line(f"  losses within {most(found.losses)}, final weights {largest(found.weights)}"),
    ]
    curves = {twin: arrays[twin + "_losses"] for twin in TWINS} if arrays and found.steps else {}
    return Section(summary, table=tables.training(found), curves=curves, rank=3)


def thresholds(judged: Sequence[Judged]) -> Section:
    """The user's thresholds that fail."""
    failing = [Line("FAIL " + found.words, BAD) for found in judged if not found.passed]
    short = Line(f"FAIL {len(failing)} of {len(judged)} thresholds", BAD) if len(failing) > 1 else None
    return Section(failing, short, tables.judged(judged), rank=4)


def accuracy(found: Accuracy) -> Section:
    """The test accuracy of each twin."""
    summary = [
        outcome(f"accuracy on {found.n} test photos, with 95 % interval", found.passed),
        Line(
            f"  legacy {share_with_interval(found.legacy, found.legacy_interval)}, modern "
            f"{share_with_interval(found.modern, found.modern_interval)}; same on {share(found.top1_agreement)}"
        ),
    ]
    different = ", ".join(map(str, found.disagreeing[:20]))
    more = [Line(f"test photos named differently: {different}")] if different else []
    return Section(summary, table=tables.accuracy(found), more=more, rank=2)


def own_answers(own: Dict[str, OwnAnswers]) -> Section:
    """Each side against itself: asked again, one photo at a time, and in what it exports."""
    table = tables.own_answers(own)
    summary = [outcome("each side, asked again, one by one, exported", all(one.passed for one in own.values()))]
    return Section(summary, table=table, rank=1)


def fine_tuning(found: FineTuned) -> Section:
    """The fine-tuning in lockstep, and the accuracy before and after."""
    thawed, layers = found.layers
    summary = [
        outcome(f"fine-tuning in lockstep, {found.steps} steps, {thawed} of {layers} layers thawed", found.passed),
        Line(f"  first losses within {largest(found.early_losses)}; in the mean:"),
        Line(f"  losses {mean(found.losses)}, weights {mean(found.weights)},"),
        Line(f"  probabilities {mean(found.probabilities)}"),
    ]
    if found.frozen is not None:
        right = ", ".join(f"{side} {share(one)}" for side, one in found.tuned.items())
        summary.append(Line(f"  right: frozen {share(found.frozen)}, fine-tuned {right}"))
    return Section(summary, table=tables.fine_tuning(found))


def attribution(found: Attribution) -> Section:
    """The attribution of the difference: the two largest parts; ``-v`` shows all."""
    return Section(attribution_lines(found), attribution_short(found), tables.attribution(found))


def attribution_short(found: Attribution) -> Line:
    """The whole difference, and its largest part."""
    return Line(
        f"probabilities differ by {number(found.whole.mean_abs)} on average, mostly due to {ranked(found)[0].stage}"
    )


def attribution_lines(found: Attribution) -> List[Line]:
    """The whole difference, and its two largest parts."""
    parts = [part for part in ranked(found) if part.mean_abs or part.flipped][:2]
    shown = [f"{part.stage} {number(part.mean_abs)} ({part.flipped} flipped)" for part in parts]
    whole = (
        f"probabilities differ by {number(found.whole.mean_abs)} on average, {found.whole.flipped} of "
        f"{found.photos} top-1 flipped; causes:"
    )
    return [Line(whole), Line("  " + ", ".join(shown + [f"left over {number(found.leftover.mean_abs)}"]))]


def largest(found: Difference) -> str:
    """The largest difference and its tolerance."""
    return f"{number(found.max_abs)} ({number(found.tolerance)} allowed)"


def most(found: Difference) -> str:
    """What all values but 1 in 100 are within, and its tolerance."""
    return f"{number(found.required_tolerance)} ({number(found.tolerance)} allowed)"


def mean(found: Difference) -> str:
    """The mean difference and its tolerance."""
    return f"{number(found.mean_abs)} ({number(found.tolerance)} allowed)"

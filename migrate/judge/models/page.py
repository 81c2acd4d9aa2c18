"""Contents of the report of `poets parity A B [C...]`, for the screen and all other output formats."""

from typing import List, Optional

from poets.migrate.judge.compare.coverage import coverage_line
from poets.migrate.judge.models.records import PIXELS, STAGE_OF, ComparedModel, ModelPair, ModelsVerdict
from poets.migrate.judge.models.timing import METRICS
from poets.migrate.judge.report import machine_lines, speed_lines
from poets.migrate.judge.report.figures import number, ratio_with_interval, share
from poets.migrate.judge.report.page import BAD, OTHER_PHOTOS, Case, Line, Page, Section, Table, result
from poets.migrate.judge.twins import sections
from poets.migrate.judge.twins import tables as report_tables
from poets.migrate.task.photos.preprocessing import numbers_in_words

SHOWN = 20  # photos labelled differently that -v lists
RUN_BY = {"session": "v1 Session", "tensorflow": "TensorFlow", "module": "TensorFlow", "lite": "no TensorFlow"}
NEXT = {
    "decode": "look at how each model's photos are decoded: format, channels, colour order",
    "resize": "look at the resize: TF2's samples at half-pixel centres, TF1's does not",
    "normalize": "look at mean and standard deviation in the models' metadata",
    "network": "the networks differ: `poets bisect` finds the first node at which a graph and its port differ",
}


def page_of(verdict: ModelsVerdict) -> Page:
    """The verdict in words and figures."""
    return Page(
        "poets parity",
        verdict.parity,
        reason(verdict),
        [side(model) for model in verdict.models],
        subject(verdict),
        sections_of(verdict),
        [case for pair in verdict.pairs for case in cases(pair)] + coverage_cases(verdict),
        next_step(verdict),
        verdict.seconds,
        bool(verdict.inconclusive),
    )


def coverage_cases(verdict: ModelsVerdict) -> List[Case]:
    """What the photos could have shown, as a test case."""
    found = verdict.coverage
    return [Case("coverage", not found.why, found.why, coverage_line(found), "")] if found else []


def reason(verdict: ModelsVerdict) -> str:
    """The first model that differs, and why; else why the photos cannot tell; empty for parity."""
    return next((f"{pair.other}, {pair.why}" for pair in verdict.pairs if not pair.passed), verdict.inconclusive)


def side(model: ComparedModel) -> str:
    """What runs a model, its input, and its accuracy if known."""
    right = "" if model.accuracy is None else f", right {share(model.accuracy)}"
    return f"{model.name}: {run_by(model)}, {takes(model)}{right}"


def run_by(model: ComparedModel) -> str:
    """What runs a model, with TensorFlow's version."""
    return RUN_BY[model.runner] + (" " + model.tensorflow if model.tensorflow and model.runner != "lite" else "")


def takes(model: ComparedModel) -> str:
    """Size, channels and normalisation of a model's input, and whether they are a guess."""
    given = model.preprocessing
    order = given.get("channels", "rgb")
    words = f"(p - {numbers_in_words(given['mean'])}) / {numbers_in_words(given['std'])}"
    guess = ", a guess" if given.get("guessed") else ""
    return f"{int(given['height'])} px, {'' if order == 'rgb' else order + ', '}{words}{guess}"


def subject(verdict: ModelsVerdict) -> str:
    """What was compared."""
    return f"{verdict.photos} photos, {verdict.output}, all compared with {verdict.models[0].name}"


def next_step(verdict: ModelsVerdict) -> str:
    """One sentence on what to do next."""
    failing = next((pair for pair in verdict.pairs if not pair.passed), None)
    if failing is None and verdict.inconclusive:
        return OTHER_PHOTOS
    if failing is None:
        return "Next: your own photos with --image_dir DIR; --run_dir DIR keeps the run."
    if failing.labels:
        return "Next: give the labels file that belongs to both with --labels."
    if any(not found.passed for found in failing.judged):
        return "Next: look at what is beyond the threshold; `poets judge` tries others on a run that --run_dir kept."
    stage = next((name for name in PIXELS if name in failing.stages and not failing.stages[name].passed), "network")
    if failing.attribution:
        stage = max(failing.attribution.parts, key=lambda part: part.mean_abs).stage.split("+")[-1]
    return f"Next: {NEXT[stage]}."


def sections_of(verdict: ModelsVerdict) -> List[Section]:
    """The models, every pair, and the speed; first of all, a doubt in a model's preprocessing."""
    doubts = [Line(model.doubt, BAD) for model in verdict.models if model.doubt]
    found = [Section(doubts)] if doubts else []
    found += [Section(table=models_table(verdict.models)), Section(on_screen=overview(verdict))]
    for pair in verdict.pairs:
        found.extend(pair_sections(pair))
    if verdict.coverage:
        found.append(Section([Line(coverage_line(verdict.coverage))], rank=1))
    if verdict.conditions:
        found.append(speed_section(verdict))
    if verdict.observed:
        found.append(machine_lines.machine_section(verdict.observed))
    return found


def overview(verdict: ModelsVerdict) -> Table:
    """One row per pair: the largest difference after each stage."""
    stage = STAGE_OF[verdict.output]
    rows = []
    for pair in verdict.pairs:
        cells = [number(pair.stages[name].max_abs) if name in pair.stages else "own" for name in PIXELS]
        cells.append(number(pair.stages[stage].max_abs) if stage in pair.stages else "-")
        rows.append([pair.other] + cells + [share(pair.top1_agreement), result(pair.passed)])
    columns = ["apart from the first"] + list(PIXELS) + [verdict.output, "same top-1", ""]
    return Table("Models apart", columns, rows, [])


def pair_sections(pair: ModelPair) -> List[Section]:
    """A pair's stages, the user's thresholds, and the attribution of the difference."""
    summary = [Line(f"{pair.other}: {pair.why}", BAD)] if not pair.passed and not pair.judged else []
    more = []
    if pair.disagreeing:
        named = ", ".join(pair.disagreeing[:SHOWN])
        more.append(Line(f"{pair.other} labels {len(pair.disagreeing)} photos differently: {named}"))
    found = [Section(summary, table=pair_table(pair), more=more)]
    if pair.judged:
        of_pair = sections.thresholds(pair.judged)
        lines = [line._replace(text=line.text.replace("FAIL ", f"FAIL {pair.other}: ", 1)) for line in of_pair.summary]
        found.append(of_pair._replace(summary=lines, table=named_after(pair, of_pair.table)))
    if pair.attribution:
        table = report_tables.attribution(pair.attribution, (pair.first, pair.other))
        lines = [Line(pair.other + ":")] + sections.attribution_lines(pair.attribution)
        found.append(Section(lines, table=named_after(pair, table)))
    return found


def named_after(pair: ModelPair, table: Optional[Table]) -> Optional[Table]:
    """A table of the twins' report with the pair in its title."""
    return table._replace(title=f"{pair.other}: {table.title}") if table else None


def speed_section(verdict: ModelsVerdict) -> Section:
    """Rates and times; on the screen, cold start and memory have their own line."""
    assert verdict.conditions is not None
    runs, table = verdict.conditions.runs, speed_table(verdict)
    most = 1 + 2 * len(METRICS)
    narrow = table._replace(columns=[""] + table.columns[1:most], rows=[row[:most] for row in table.rows], notes=[])
    starts = " / ".join(f"{model.cold_start_s:.1f}" for model in verdict.models)
    peaks = " / ".join(f"{model.peak_rss_mb:.0f}" for model in verdict.models)
    return Section(
        speed_lines.validity_lines(runs, verdict.reasons) + [Line(f"cold start {starts} s; peak memory {peaks} MB")],
        speed_lines.validity_short(verdict.reasons),
        table,
        narrow,
        rank=1,
    )


def models_table(models: List[ComparedModel]) -> Table:
    """One row per model."""
    rows = [[model.name, run_by(model), takes(model), share(model.accuracy)] for model in models]
    return Table("Models", ["model", "run by", "input", "right"], rows, [])


def pair_table(pair: ModelPair) -> Table:
    """The difference from the first model after each stage that both share."""
    notes = [f"Absolute differences from {pair.first}: {result(pair.passed)}."]
    # otherwise the failing stage's row shows why
    if not pair.passed and all(found.passed for found in pair.stages.values()):
        notes.append(f"{pair.why}.")
    if pair.top1_agreement is not None:
        notes.append(f"Both predict the same class on {share(pair.top1_agreement)} of the photos.")
    return report_tables.differences(pair.other, "stage", pair.stages, notes)


def speed_table(verdict: ModelsVerdict) -> Table:
    """One row per model: rates and times, with their ratios to the first model's."""
    rows = []
    for place, model in enumerate(verdict.models):
        ratios = verdict.pairs[place - 1].speed if place else {}
        cells = [model.name]
        for key, _ in METRICS:
            cells.append(f"{model.speed[key].median:.1f}")
            ratio = ratios.get(key)
            cells.append(ratio_with_interval(ratio.ratio, ratio.interval) if ratio else "-")
        rows.append(cells + [f"{model.cold_start_s:.1f}", f"{model.peak_rss_mb:.0f}"])
    columns = ["model"]
    for _, words in METRICS:
        columns += [words, "ratio [95 %]"]
    assert verdict.conditions is not None
    return Table(
        "Speed",
        columns + ["cold start, s", "peak memory, MB"],
        rows,
        [
            (
                f"Medians of {verdict.conditions.runs} runs each, taken in turns: "
                f"{'INVALID' if verdict.reasons else 'VALID'}. Ratios are to the first model's."
            )
        ]
        + verdict.reasons,
        faint=bool(verdict.reasons),
    )


def cases(pair: ModelPair) -> List[Case]:
    """A test case for a pair's labels, each stage, the answers and each of the user's thresholds."""
    found = [Case(f"{pair.other}: labels", not pair.labels, pair.labels, "", "")]
    if pair.labels:
        return found
    found.extend(report_tables.difference_case(f"{pair.other}: {name}", one) for name, one in pair.stages.items())
    if pair.top1_agreement is not None:
        found.append(
            Case(
                f"{pair.other}: top-1",
                pair.passed or not pair.disagreeing,
                pair.top1_why,
                f"same on {share(pair.top1_agreement)}",
                "",
            )
        )
    return found + [report_tables.threshold_case(one, pair.other + ": ") for one in pair.judged]

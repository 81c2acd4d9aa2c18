"""Contents of the report of `poets parity --task mnist`, for all output formats."""

from typing import List

from poets.migrate.judge.lab import tolerances
from poets.migrate.judge.lab.records import SIDES, LabPart, LabVerdict
from poets.migrate.judge.report.figures import number, share
from poets.migrate.judge.report.page import BAD, Case, Line, Page, Section, Table, result
from poets.migrate.judge.twins.tables import DIFFERENCES, difference_case


def page_of(verdict: LabVerdict) -> Page:
    """The verdict in words and figures."""
    return Page(
        "poets parity",
        verdict.parity,
        reason(verdict),
        [side_line(verdict, side) for side in SIDES],
        subject(verdict),
        sections_of(verdict),
        cases(verdict),
        next_step(verdict),
        verdict.seconds,
    )


def sections_of(verdict: LabVerdict) -> List[Section]:
    """Sections on the training, where the losses diverge, every epoch, and the answers."""
    right = ", ".join(
        f"{side} {share(verdict.accuracy[side])} ({verdict.training_seconds[side]:.1f} s)" for side in SIDES
    )
    same = f"right on {verdict.test_images} test images: {right}; same on {share(verdict.top1_agreement)}"
    table = training(verdict)
    more = [Line("would have passed at:")]
    for part in verdict.parts:
        found = part.difference
        more.append(Line(f"  {part.name:<30} {number(found.required_tolerance)} over {found.elements} values"))
    return [
        Section(
            table=table, on_screen=table._replace(columns=table.columns[:-1], rows=[row[:-1] for row in table.rows])
        ),
        Section([Line(steps_line(verdict))], more=more),
        Section([Line(same, BAD if verdict.answers else "")], table=accuracy(verdict), rank=1),
        Section(table=epochs(verdict), on_screen=epochs_in_pairs(verdict)),
    ]


def epochs_in_pairs(verdict: LabVerdict) -> Table:
    """The epochs with both sides in one cell, to fit 80 columns."""
    table = epochs(verdict)
    rows = [[row[0]] + [f"{row[place]} / {row[place + 1]}" for place in (1, 3, 5)] for row in table.rows]
    return Table("Epochs", ["epoch", f"loss, {SIDES[0]} / {SIDES[1]}", "test loss", "test accuracy"], rows, [])


def reason(verdict: LabVerdict) -> str:
    """The first part beyond tolerance and its first step; empty if there is none."""
    part = next((part for part in verdict.parts if not part.difference.passed), None)
    if part is None:
        return verdict.answers
    where = ""
    if part.name.startswith("losses") and verdict.first_step is not None:
        where = f", from step {verdict.first_step} on"
    return f"{part.name}: {part.difference.why}{where}"


def side_line(verdict: LabVerdict, side: str) -> str:
    """What ran where."""
    found = verdict.interpreters[side]
    keras = f", Keras {found['keras']}" if found["keras"] else ""
    twin = "" if found["twin"] == side else f" ({found['twin']})"
    return f"{side}{twin}: TensorFlow {found['tensorflow']}{keras}, Python {found['python']}"


def subject(verdict: LabVerdict) -> str:
    """What was trained, and on what."""
    lab = verdict.lab
    return (
        f"{verdict.data}: {verdict.parameters} parameters ({lab.layers}, {lab.hidden} hidden), "
        f"{verdict.train_images} images, {verdict.steps} steps of {lab.batch_size}, {lab.precision}"
    )


def allowed(part: LabPart) -> str:
    """The tolerance, and the figure that it limits."""
    return f"{number(part.difference.tolerance)} ({part.judged})"


def steps_line(verdict: LabVerdict) -> str:
    """Where the losses diverge, in words."""
    limit = tolerances.LIMITS[verdict.lab.precision].early_losses
    if verdict.first_step is None:
        return f"In step to the end: no losses are further apart than {limit:g}."
    return f"In step for {verdict.first_step} of {verdict.steps} steps; then losses are further apart than {limit:g}."


def training(verdict: LabVerdict) -> Table:
    """One row per part."""
    rows = [
        [part.name, result(part.difference.passed)]
        + [number(value) for value in (part.difference.max_abs, part.difference.mean_abs, part.difference.p99_abs)]
        + [allowed(part), str(part.difference.elements)]
        for part in verdict.parts
    ]
    notes = ["The same initial weights, batches and dropout masks on both sides. " + steps_line(verdict)]
    return Table(
        "Training in lockstep",
        ["absolute differences"] + DIFFERENCES,
        rows,
        notes + [f"{part.name}: {part.difference.why}." for part in verdict.parts if part.difference.why],
    )


def accuracy(verdict: LabVerdict) -> Table:
    """One row per side."""
    rows = [[side, share(verdict.accuracy[side]), f"{verdict.training_seconds[side]:.1f}"] for side in SIDES]
    notes = [f"{verdict.test_images} test images; both predict the same class on {share(verdict.top1_agreement)}."]
    return Table(
        "Accuracy", ["side", "right", "training, s"], rows, notes + ([verdict.answers + "."] if verdict.answers else [])
    )


def epochs(verdict: LabVerdict) -> Table:
    """One row per epoch."""
    columns = ["epoch"] + [f"{side} {what}" for what in ("loss", "test loss", "test accuracy") for side in SIDES]
    rows = []
    for place, pair in enumerate(zip(*(verdict.curve[side] for side in SIDES))):
        cells = [f"{epoch.loss:.4f}" for epoch in pair] + [f"{epoch.test_loss:.4f}" for epoch in pair]
        rows.append([str(place + 1)] + cells + [share(epoch.test_accuracy) for epoch in pair])
    return Table("Epochs", columns, rows, [])


def cases(verdict: LabVerdict) -> List[Case]:
    """A test case per part, and one for the answers."""
    found = [difference_case(part.name, part.difference, allowed(part)) for part in verdict.parts]
    right = ", ".join(f"{side} {share(verdict.accuracy[side])}" for side in SIDES)
    return found + [
        Case("answers", not verdict.answers, verdict.answers, (f"{right}; same on {share(verdict.top1_agreement)}"), "")
    ]


def next_step(verdict: LabVerdict) -> str:
    """One sentence on what to do next."""
    if verdict.parity:
        return "Next: can you beat it? --layers conv, --hidden 512; MNIST itself with --download."
    if verdict.first_step is not None and verdict.first_step < 2:
        return "Next: look at what comes first: pixels, labels, initial weights, dropout's mask, Adam's epsilon."
    return "Next: look at what grows from step to step: Adam's epsilon and bias correction, the order of batches."

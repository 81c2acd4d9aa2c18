"""What the report of `poets parity --task mnist` says, for all the reports."""

from typing import List

from poets.migrate.judge.lab import tolerances
from poets.migrate.judge.lab.records import SIDES, Part, Verdict
from poets.migrate.judge.report.figures import number, share
from poets.migrate.judge.report.page import Case, Page, Table
from poets.migrate.judge.twins.tables import DIFFERENCES, difference_case, result


def page_of(verdict: Verdict) -> Page:
    """The verdict in words and figures."""
    return Page(
        verdict.parity,
        reason(verdict),
        [side_line(verdict, side) for side in SIDES],
        subject(verdict),
        [training(verdict), accuracy(verdict), epochs(verdict)],
        cases(verdict),
        next_step(verdict),
        verdict.seconds,
    )


def reason(verdict: Verdict) -> str:
    """What is too far apart first, and from which step on; empty where nothing is."""
    part = next((part for part in verdict.parts if not part.difference.passed), None)
    if part is None:
        return verdict.answers
    where = ""
    if part.name.startswith("losses") and verdict.first_step is not None:
        where = f", from step {verdict.first_step} on"
    return f"{part.name}: {part.difference.why}{where}"


def side_line(verdict: Verdict, side: str) -> str:
    """What ran where."""
    found = verdict.interpreters[side]
    keras = f", Keras {found['keras']}" if found["keras"] else ""
    twin = "" if found["twin"] == side else f" ({found['twin']})"
    return f"{side}{twin}: TensorFlow {found['tensorflow']}{keras}, Python {found['python']}"


def subject(verdict: Verdict) -> str:
    """What was trained, and on what."""
    lab = verdict.lab
    return (
        f"{verdict.data}: {verdict.parameters} parameters ({lab.layers}, {lab.hidden} hidden), "
        f"{verdict.train_images} images, {verdict.steps} steps of {lab.batch_size}, {lab.precision}"
    )


def allowed(part: Part) -> str:
    """The tolerance, and of which figure."""
    return f"{number(part.difference.tolerance)} ({part.judged})"


def steps_line(verdict: Verdict) -> str:
    """Where the losses part."""
    limit = tolerances.LIMITS[verdict.lab.precision].early_losses
    if verdict.first_step is None:
        return f"In step to the end: no losses are further apart than {limit:g}."
    return f"In step for {verdict.first_step} of {verdict.steps} steps; then losses are further apart than {limit:g}."


def training(verdict: Verdict) -> Table:
    """A row a part."""
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


def accuracy(verdict: Verdict) -> Table:
    """A row a side."""
    rows = [[side, share(verdict.accuracy[side]), f"{verdict.training_seconds[side]:.1f}"] for side in SIDES]
    notes = [f"{verdict.test_images} test images; both name the same class on {share(verdict.top1_agreement)}."]
    return Table(
        "Accuracy", ["side", "right", "training, s"], rows, notes + ([verdict.answers + "."] if verdict.answers else [])
    )


def epochs(verdict: Verdict) -> Table:
    """A row an epoch."""
    columns = ["epoch"] + [f"{side} {what}" for what in ("loss", "test loss", "test accuracy") for side in SIDES]
    rows = []
    for place, pair in enumerate(zip(*(verdict.curve[side] for side in SIDES))):
        cells = [f"{epoch.loss:.4f}" for epoch in pair] + [f"{epoch.test_loss:.4f}" for epoch in pair]
        rows.append([str(place + 1)] + cells + [share(epoch.test_accuracy) for epoch in pair])
    return Table("Epochs", columns, rows, [])


def cases(verdict: Verdict) -> List[Case]:
    """A case for each part, and one for the answers."""
    found = [difference_case(part.name, part.difference, allowed(part)) for part in verdict.parts]
    right = ", ".join(f"{side} {share(verdict.accuracy[side])}" for side in SIDES)
    return found + [
        Case("answers", not verdict.answers, verdict.answers, (f"{right}; same on {share(verdict.top1_agreement)}"), "")
    ]


def next_step(verdict: Verdict) -> str:
    """One sentence on what to do next."""
    if verdict.parity:
        return "Next: can you beat it? --layers conv, --hidden 512; MNIST itself with --download."
    if verdict.first_step is not None and verdict.first_step < 2:
        return "Next: look at what comes first: pixels, labels, initial weights, dropout's mask, Adam's epsilon."
    return "Next: look at what grows from step to step: Adam's epsilon and bias correction, the order of batches."

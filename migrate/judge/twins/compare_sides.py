"""Compare the measurements of both sides part by part, so that nothing is lost if a worker fails later."""

from poets.migrate.judge.compare import fine_tuning, ladder, lockstep
from poets.migrate.judge.compare.answers import tolerance_of
from poets.migrate.judge.compare.difference import Difference, measure
from poets.migrate.judge.twins.measure_side import Arrays, TwinsMeasured
from poets.migrate.task.photos.survey import Survey
from poets.migrate.task.stages import TWINS


def compare_sides(part: str, known: Survey, so_far: TwinsMeasured) -> None:
    """Compare both sides in one of `measure_side.PARTS`, after it was measured on both."""
    arrays, stages = so_far.arrays, so_far.stages
    if part == "pixels":
        stages.update(ladder.compare(so_far.pixels.pop("legacy"), so_far.pixels.pop("modern")))
    elif part == "bottleneck":
        stages["bottleneck"] = compare_stage("bottleneck", arrays, "features")
    elif part == "training":
        trained = [{name: arrays[f"{twin}_{name}"] for name in ("losses", "weights", "biases")} for twin in TWINS]
        so_far.training = lockstep.compare(trained[0], trained[1], arrays["legacy_features"])
    elif part == "answers":
        for name in ("logits", "probabilities"):
            stages[name] = compare_stage(name, arrays)
    else:
        ours, theirs = (so_far.tuned[twin] for twin in TWINS)
        so_far.fine_tuning = fine_tuning.compare(ours, theirs, so_far.layers, known, arrays["legacy_probabilities"])


def compare_stage(stage: str, arrays: Arrays, name: str = "") -> Difference:
    """Compare a stage with one array per side for all photos, kept under ``name`` or the stage's name.

    Each side's array is float32 [N, ...].
    """
    ours, theirs = (arrays[f"{twin}_{name or stage}"] for twin in TWINS)
    return measure([ours], [theirs], tolerance_of(stage, ours))

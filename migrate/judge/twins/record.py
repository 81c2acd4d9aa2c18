"""Write a verdict as JSON, and the folder of --run_dir."""

from typing import Any, Dict

from poets.migrate.judge.compare import thresholds
from poets.migrate.judge.compare.attribution import Attribution
from poets.migrate.judge.compare.coverage import coverage_as_json
from poets.migrate.judge.compare.difference import difference_as_json
from poets.migrate.judge.compare.fine_tuning import FineTuned, parts_of
from poets.migrate.judge.compare.free_training import FreeTraining
from poets.migrate.judge.compare.lockstep import Training
from poets.migrate.judge.measure.speed import Speed, SpeedFigure
from poets.migrate.judge.report.figures import without_odd_numbers
from poets.migrate.judge.report.page import word_of
from poets.migrate.judge.twins.comparison import TwinsVerdict
from poets.migrate.judge.twins.measure_side import TwinsMeasured
from poets.migrate.judge.twins.own_answers import own_answers_as_json
from poets.migrate.monitor.sources.sample import sample_as_json


def as_json(verdict: TwinsVerdict) -> Dict[str, Any]:
    """The verdict under the report's documented keys. Unknown values are null."""
    record = {
        "schema_version": 1,
        "verdict": word_of(verdict.parity, bool(verdict.inconclusive)),
        "first_difference": verdict.first_difference or None,
        "why": verdict.why or verdict.inconclusive or None,
        "coverage": coverage_as_json(verdict.coverage) if verdict.coverage else None,
        "photos": verdict.photos,
        "labels": verdict.labels,
        "stages": {name: difference_as_json(found) for name, found in verdict.stages.items()},
        "training": training_as_json(verdict.training),
        "accuracy": verdict.accuracy._asdict() if verdict.accuracy else None,
        "own_answers": {side: own_answers_as_json(found) for side, found in verdict.own.items()},
        "fine_tuning": fine_tuning_as_json(verdict.fine_tuning) if verdict.fine_tuning else None,
        "attribution": attribution_as_json(verdict.attribution) if verdict.attribution else None,
        "judged": [thresholds.judged_as_json(found) for found in verdict.judged],
        "free_training": free_training_as_json(verdict.free_training) if verdict.free_training else None,
        "speed": speed_as_json(verdict.speed) if verdict.speed else None,
        "speed_validity": validity_as_json(verdict.speed) if verdict.speed else None,
        "machine": sample_as_json(verdict.speed.observed) if verdict.speed else None,
        "interpreters": interpreters_as_json(verdict.interpreters),
        "ran": ran_as_json(verdict.interpreters),
        "one_at_a_time": verdict.one_at_a_time,
        "left_out": verdict.left_out,
        "seconds": verdict.seconds,
    }  # type: Dict[str, Any]
    return dict(without_odd_numbers(record))


def incomplete_as_json(so_far: TwinsMeasured, why: str) -> Dict[str, Any]:
    """The results measured before a worker failed, under the report's keys; the rest is null."""
    return {
        "schema_version": 1,
        "verdict": "incomplete",
        "why": why,
        "photos": so_far.photos,
        "labels": so_far.labels,
        "stages": {name: difference_as_json(found) for name, found in so_far.stages.items()},
        "training": training_as_json(so_far.training) if so_far.training else None,
        "accuracy": so_far.accuracy._asdict() if so_far.accuracy else None,
        "fine_tuning": fine_tuning_as_json(so_far.fine_tuning) if so_far.fine_tuning else None,
        "interpreters": interpreters_as_json(so_far.interpreters),
    }


def interpreters_as_json(found: Dict[str, Dict[str, Any]]) -> Dict[str, Any]:
    """twin -> versions of its Python packages."""
    return {
        twin: dict({name: one[name] for name in ("python", "tensorflow", "keras")}, kernels=one.get("kernels"))
        for twin, one in found.items()
    }


def ran_as_json(found: Dict[str, Dict[str, Any]]) -> Dict[str, Any]:
    """side -> its twin, the device requested, the devices used, and the batch sizes that fitted into memory."""
    return {
        side: {name: one.get(name) for name in ("twin", "device", "devices", "batches", "halved")}
        for side, one in found.items()
    }


def training_as_json(training: Training) -> Dict[str, Any]:
    """The training in lockstep under the report's keys."""
    return {
        "steps": training.steps,
        "max_loss_diff": training.losses.max_abs,
        "max_weight_diff": training.weights.max_abs,
        "max_probability_diff": training.probabilities.max_abs,
        "first_step": training.first_step,
        "losses": difference_as_json(training.losses),
        "weights": difference_as_json(training.weights),
        "probabilities": difference_as_json(training.probabilities),
        "passed": training.passed,
    }


def fine_tuning_as_json(found: FineTuned) -> Dict[str, Any]:
    """The fine-tuning in lockstep under the report's keys."""
    return dict(
        found._asdict(), **{name.replace(" ", "_"): difference_as_json(part) for name, part in parts_of(found).items()}
    )


def attribution_as_json(found: Attribution) -> Dict[str, Any]:
    """Attribution under the report's keys: ``parts`` by stage, ``whole`` and ``leftover``."""
    return {
        "photos": found.photos,
        "parts": {part.stage: dict(part._asdict()) for part in found.parts},
        "whole": dict(found.whole._asdict()),
        "leftover": dict(found.leftover._asdict()),
    }


def free_training_as_json(found: FreeTraining) -> Dict[str, Any]:
    """Free training under the report's keys; ``equivalence`` is null for a single seed."""
    return dict(
        found._asdict(),
        equivalence=dict(found.equivalence._asdict()) if found.equivalence else None,
        classes=[dict(scores._asdict()) for scores in found.classes],
        disagreeing=[dict(photo._asdict()) for photo in found.disagreeing],
    )


def speed_as_json(speed: Speed) -> Dict[str, Any]:
    """The figures of each metric; values not measured, not finite, or with too few samples, are null."""
    return {
        name: without_odd_numbers(figure_as_json(getattr(speed, name)))
        for name in speed._fields
        if name not in ("conditions", "reasons", "observed")
    }


def figure_as_json(figure: SpeedFigure) -> Dict[str, Any]:
    """A metric's figures."""
    sides = {twin: dict(side._asdict()) for twin, side in figure.sides.items()} if figure.sides else None
    return dict(figure._asdict(), sides=sides, interval=dict(figure.interval._asdict()) if figure.interval else None)


def validity_as_json(speed: Speed) -> Dict[str, Any]:
    """Whether the speed figures are valid, and the state of the machine meanwhile; unknown values are null."""
    return dict(speed.conditions._asdict(), verdict="INVALID" if speed.reasons else "VALID", reasons=speed.reasons)

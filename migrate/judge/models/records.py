"""What is asked of a comparison of models, and what it finds."""

from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from poets.migrate.judge.compare import thresholds
from poets.migrate.judge.compare.attribution import Attribution
from poets.migrate.judge.compare.difference import Difference
from poets.migrate.judge.measure.speed import Ratio, SideSpeed
from poets.migrate.judge.measure.validity import Conditions
from poets.migrate.judge.measure.watch import Observed, Wanted
from poets.migrate.judge.twins.record import attribution_as_json
from poets.migrate.monitor.sources.sample import sample_as_json

PIXELS = ("decode", "resize", "normalize")
STAGE_OF = {"probabilities": "probabilities", "features": "bottleneck"}  # what a model gives -> the stage that it is


class ModelsSetup(NamedTuple):
    models: List[str]
    pythons: Dict[int, str]
    """Place among the models -> command that ends in a Python."""
    labels: Optional[str]
    features: bool
    """Compare the features, not the answers; Hub modules give nothing else."""
    input_size: Optional[int]
    """Pixels, for models that take any."""
    photos: List[Tuple[str, str]]
    """Path, kind."""
    ladder_photos: int
    rounds: int
    timeout: float
    thresholds: List[thresholds.Threshold]
    keep_pixels: bool
    """Among the arrays, of the photos compared pixel by pixel."""
    attribute: bool
    """Put the difference on stages even where a pair agrees."""
    watching: Optional[Wanted]
    """How to watch the machine while speed is measured."""


class ComparedModel(NamedTuple):
    name: str
    """Short, and no other model's."""
    path: str
    runner: str
    """What runs it: session, tensorflow, module or lite."""
    tensorflow: Optional[str]
    labels: Optional[List[str]]
    preprocessing: Dict[str, Any]
    accuracy: Optional[float]
    """Share right, 0..1, where photos lie in folders named like the labels."""
    cold_start_s: float
    """Seconds, process start to the first answer."""
    peak_rss_mb: float
    """2**20 bytes, the worker's whole life."""
    speed: Dict[str, SideSpeed]
    """Of timing.METRICS; empty where nothing was timed."""


class ModelPair(NamedTuple):
    first: str
    """Names."""
    other: str
    labels: str
    """What is wrong with them; empty where nothing is."""
    stages: Dict[str, Difference]
    """Decode, resize and normalize where both do the same, and the output."""
    top1_agreement: Optional[float]
    disagreeing: List[str]
    """Photos."""
    judged: List[thresholds.Judged]
    """Where the user gave thresholds, which then decide."""
    attribution: Optional[Attribution]
    """Of a difference in probabilities; its last stage is the network."""
    speed: Dict[str, Ratio]
    """Of timing.METRICS: other / first."""
    passed: bool
    why: str


class ModelsVerdict(NamedTuple):
    parity: bool
    photos: int
    output: str
    """Probabilities or features."""
    models: List[ComparedModel]
    pairs: List[ModelPair]
    conditions: Optional[Conditions]
    """Of the timing; None where nothing was timed."""
    reasons: List[str]
    """Why the timing is INVALID; empty where it is VALID."""
    observed: Optional[Observed]
    """What the machine did meanwhile; None where it was not watched."""
    seconds: float
    """The whole comparison."""


# What was measured, of model n counted from 1: `n_decode/<photo>` and so on, and `n_probabilities` or `n_features`,
# with the classes in the first model's order.
Arrays = Dict[str, np.ndarray]


class ModelsMeasured:
    """Parts of a Verdict, and arrays, as they are known: what there is if a worker fails."""

    def __init__(self) -> None:
        self.output = "probabilities"
        self.photos = 0
        self.models: List[Dict[str, Any]] = []  # what is known of each when it has been opened
        self.labels: List[str] = []  # what is wrong with those of each, held against the first's
        self.arrays: Arrays = {}


def incomplete_as_json(so_far: ModelsMeasured, why: str) -> Dict[str, Any]:
    """What was measured before a worker failed, under the report's keys."""
    return {
        "schema_version": 1,
        "verdict": "incomplete",
        "why": why,
        "photos": so_far.photos,
        "output": so_far.output,
        "models": so_far.models,
        "pairs": [
            {"other": model["name"], "labels": labels} for model, labels in zip(so_far.models[1:], so_far.labels[1:])
        ],
    }


def models_verdict_as_json(verdict: ModelsVerdict) -> Dict[str, Any]:
    """The verdict, JSON-able. What was not measured is null."""
    timing = (
        dict(verdict.conditions._asdict(), verdict="INVALID" if verdict.reasons else "VALID", reasons=verdict.reasons)
        if verdict.conditions
        else None
    )
    return {
        "schema_version": 1,
        "verdict": "parity" if verdict.parity else "no parity",
        "photos": verdict.photos,
        "output": verdict.output,
        "models": [
            dict(model._asdict(), speed={key: side._asdict() for key, side in model.speed.items()})
            for model in verdict.models
        ],
        "pairs": [_pair_as_json(pair) for pair in verdict.pairs],
        "speed_validity": timing,
        "machine": sample_as_json(verdict.observed),
        "seconds": verdict.seconds,
    }


def _pair_as_json(pair: ModelPair) -> Dict[str, Any]:
    return dict(
        pair._asdict(),
        stages={name: found._asdict() for name, found in pair.stages.items()},
        judged=[thresholds.judged_as_json(found) for found in pair.judged],
        attribution=attribution_as_json(pair.attribution) if pair.attribution else None,
        speed={
            key: dict(found._asdict(), interval=found.interval._asdict() if found.interval else None)
            for key, found in pair.speed.items()
        },
    )

"""Setup and verdict of a comparison of models."""

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.judge.compare import thresholds
from poets.migrate.judge.compare.attribution import Attribution
from poets.migrate.judge.compare.coverage import Coverage, coverage_as_json
from poets.migrate.judge.compare.difference import Difference
from poets.migrate.judge.measure.speed import Ratio, SideSpeed
from poets.migrate.judge.measure.validity import Conditions
from poets.migrate.judge.measure.watch import Observed, Wanted
from poets.migrate.judge.report.figures import without_odd_numbers
from poets.migrate.judge.report.page import word_of
from poets.migrate.judge.twins.record import attribution_as_json
from poets.migrate.monitor.sources.sample import sample_as_json

PIXELS = ("decode", "resize", "normalize")
STAGE_OF = {"probabilities": "probabilities", "features": "bottleneck"}  # output of a model -> its stage


class ModelsSetup(NamedTuple):
    models: List[str]
    """Paths; the first is the one that the others are compared with."""
    pythons: Dict[int, str]
    """Index of the model -> command that starts a Python."""
    labels: Optional[str]
    """Path of a labels file for all models; None for each model's own labels."""
    features: bool
    """Compare features instead of probabilities; Hub modules have only features."""
    openings: List[Dict[str, Any]]
    """What `open` of each model's worker is called with besides: options of `ModelOptions`, and `calibration`."""
    photos: List[Tuple[str, str]]
    """Absolute path, file format."""
    ladder_photos: int
    """Number of photos that are compared pixel by pixel."""
    rounds: int
    """Rounds of timing; 0 for none."""
    timeout: float
    """Time limit of one call, in seconds."""
    thresholds: List[thresholds.Threshold]
    """The user's, instead of the built-in tolerances; empty for none."""
    keep_pixels: bool
    """Keep the pixels of the photos compared pixel by pixel among the arrays."""
    attribute: bool
    """Attribute the difference to stages even if a pair agrees."""
    watching: Optional[Wanted]
    """How to monitor the machine while speed is measured."""
    any_top1: bool = False
    """Photos may get another label."""
    accepted: Sequence[str] = ()
    """Mistakes that the photos need not be able to show."""
    allow_ops: Sequence[str] = ()
    """Ops that may run although they can act outside the models."""


class ComparedModel(NamedTuple):
    name: str
    """Short and unique."""
    path: str
    runner: str
    """How it runs: session, tensorflow, module or lite."""
    tensorflow: Optional[str]
    """TensorFlow's version in the worker; None if it runs without."""
    labels: Optional[List[str]]
    """In the model's own order; None if it has none."""
    preprocessing: Dict[str, Any]
    """Size, mean and standard deviation that its pixels get, and where they come from."""
    accuracy: Optional[float]
    """Accuracy, 0..1, if the photos are in folders named like the labels."""
    cold_start_s: float
    """Seconds from process start to the first answer."""
    peak_rss_mb: float
    """Peak memory in 2**20 bytes over the worker's whole life."""
    speed: Dict[str, SideSpeed]
    """Metric of timing.METRICS -> figure; empty if nothing was timed."""
    calibration: Optional[Dict[str, Any]] = None
    """What `--calibrate` tried; None without it."""
    doubt: str = ""
    """Why its preprocessing may be wrong; empty if nothing speaks for that."""


class ModelPair(NamedTuple):
    first: str
    """Name of the first model."""
    other: str
    """Name of the model that is compared with it."""
    labels: str
    """What is wrong with the labels; empty if nothing is."""
    stages: Dict[str, Difference]
    """Decode, resize and normalize if both do the same, and the output."""
    top1_agreement: Optional[float]
    """Share of photos with the same label, 0..1; None if features are compared or the labels differ."""
    disagreeing: List[str]
    """Paths of the photos that the models label differently."""
    top1_why: str
    """Why the labels of the photos do not pass; empty if they do."""
    judged: List[thresholds.Judged]
    """The user's thresholds, if any; they then decide the verdict."""
    attribution: Optional[Attribution]
    """Attribution of a difference in probabilities; its last stage is the network."""
    speed: Dict[str, Ratio]
    """Metric of timing.METRICS -> ratio other / first."""
    passed: bool
    why: str
    """What does not pass; empty if everything passes."""


class ModelsVerdict(NamedTuple):
    parity: bool
    """Whether all pairs pass and the photos could have shown a difference."""
    photos: int
    """Number of photos."""
    output: str
    """Probabilities or features."""
    models: List[ComparedModel]
    pairs: List[ModelPair]
    """The first model with each of the others, in their order."""
    conditions: Optional[Conditions]
    """Conditions of the timing; None if nothing was timed."""
    reasons: List[str]
    """Why the timing is INVALID; empty if it is VALID."""
    observed: Optional[Observed]
    """What the machine did meanwhile; None if it was not monitored."""
    seconds: float
    """Duration of the whole comparison, in seconds."""
    coverage: Optional[Coverage] = None
    """What the photos could have shown, tried on the first model."""

    @property
    def inconclusive(self) -> str:
        """Why equal answers say nothing; empty if they do, or if there is a difference."""
        return self.coverage.why if self.coverage and all(pair.passed for pair in self.pairs) else ""


# Measured arrays of model n, counted from 1: `n_decode/<photo>` and so on, and `n_probabilities` or `n_features`, with
# the classes in the first model's order.
Arrays = Dict[str, np.ndarray]


class ModelsMeasured:
    """Parts of a Verdict and arrays measured so far, which remain if a worker fails."""

    def __init__(self) -> None:
        self.output = "probabilities"
        self.photos = 0
        self.models: List[Dict[str, Any]] = []  # facts about each opened model
        self.labels: List[str] = []  # what is wrong with each model's labels, compared with the first's
        self.arrays: Arrays = {}


def incomplete_as_json(so_far: ModelsMeasured, why: str) -> Dict[str, Any]:
    """Results measured before a worker failed, under the report's keys."""
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
    """The verdict as JSON. What was not measured is null."""
    timing = (
        dict(verdict.conditions._asdict(), verdict="INVALID" if verdict.reasons else "VALID", reasons=verdict.reasons)
        if verdict.conditions
        else None
    )
    record = {
        "schema_version": 1,
        "verdict": word_of(verdict.parity, bool(verdict.inconclusive)),
        "coverage": coverage_as_json(verdict.coverage) if verdict.coverage else None,
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
    return dict(without_odd_numbers(record))


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

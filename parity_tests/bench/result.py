"""What was measured, as ratios against targets."""

from typing import Any, Dict, List, NamedTuple, Optional

from parity_tests.bench import measures
from parity_tests.bench.inspecting import Inspecting
from parity_tests.bench.porting import Porting
from parity_tests.bench.processes import Ran

FLAT = 40.0
"""MB for each 1000 photos more that still count as flat: ten times the 1001 float32 features of each (4 MB), against
the 200 MB that 1000 images of 128 x 128 pixels would take, or the 800 MB of a thousand decoded photos."""

SAME = 1.01
"""Test photos by which accuracies may differ and still count as equal: one, since the baseline's text files keep only
the digits that `str` gives, and a photo between two classes may fall to the other. (The hundredth is for rounding.)"""


class Row(NamedTuple):
    name: str
    unit: str
    values: Dict[str, float]
    """Program -> value."""
    ratios: Dict[str, float]
    """Twin -> how many times better than the baseline."""
    targets: Dict[str, float]
    """Twin -> ratio wanted."""


class Memory(NamedTuple):
    peaks: Dict[str, Dict[int, float]]
    """Twin -> photos -> MB."""
    growth: Dict[str, float]
    """Twin -> MB for each 1000 photos more."""


SERVING = 3.0  # images per second of a port in batches, as a multiple of the original's one by one
INSPECTED = 5.0  # seconds of a process a graph that imports TensorFlow, as a multiple of one call's
TOGETHER = 5.0  # seconds of a process a graph, as a multiple of one call's


class Result(NamedTuple):
    rows: List[Row]
    accuracy: Dict[str, float]
    """Program -> test accuracy, 0..1."""
    test_photos: int
    first_ratio: Optional[float]
    """Whole run, of modern's very first."""
    baseline_steps: int
    """Steps that the baseline really ran."""
    memory: Optional[Memory]
    porting: Optional[Porting]
    inspecting: Optional[Inspecting]


def features_row(rates: Dict[str, float]) -> Row:
    """Photos a second."""
    return Row(
        "features", "photos/s", rates, {twin: rates[twin] / rates["plain"] for twin in measures.TWINS}, {"modern": 4.0}
    )


def seconds_row(name: str, seconds: Dict[str, float], targets: Dict[str, float]) -> Row:
    """Seconds, of which fewer are better."""
    return Row(name, "s", seconds, {twin: seconds["plain"] / seconds[twin] for twin in measures.TWINS}, targets)


def run_rows(runs: Dict[str, List[Ran]]) -> List[Row]:
    """Training and the whole run; ``runs["plain"]`` scaled already."""

    def seconds(figure: Any) -> Dict[str, float]:
        return {program: measures.median_of(runs[program], figure) for program in measures.PROGRAMS}

    return [
        seconds_row(
            f"{measures.STEPS} training steps", seconds(lambda run: run.record["seconds"]["training"]), {"modern": 30.0}
        ),
        seconds_row("whole retrain", seconds(lambda run: run.seconds), {"legacy": 5.0, "modern": 20.0}),
    ]


def result_of(
    rates: Optional[Dict[str, float]],
    runs: Optional[Dict[str, List[Ran]]],
    peaks: Optional[Dict[str, Dict[int, float]]],
    baseline_steps: int,
    porting: Optional[Porting] = None,
    inspecting: Optional[Inspecting] = None,
) -> Result:
    """Everything that was measured; None for what was left out."""
    rows = [features_row(rates)] if rates else []
    accuracy, test_photos, first = {}, 0, None  # type: Dict[str, float], int, Optional[float]
    if runs:
        runs = dict(runs, plain=[measures.scaled(run) for run in runs["plain"]])
        rows += run_rows(runs)
        accuracy = {program: runs[program][0].record["test_accuracy"] for program in measures.PROGRAMS}
        test_photos = runs["modern"][0].record["test_photos"]
        first = runs["plain"][0].seconds / runs["modern first"][0].seconds
    memory = Memory(peaks, {twin: measures.growth(peaks[twin]) for twin in peaks}) if peaks else None
    return Result(rows, accuracy, test_photos, first, baseline_steps, memory, porting, inspecting)


def serving_ratio(porting: Porting) -> float:
    """How many times as many images per second the port answers, in batches."""
    return porting.port_rate / porting.session_rate


def together_ratio(porting: Porting) -> float:
    """How many times as long the graphs take in a process each."""
    return porting.apart_seconds / porting.together_seconds


def inspecting_ratio(inspecting: Inspecting) -> float:
    """How many times as long the graphs take in a process each, with TensorFlow."""
    return inspecting.graphs * inspecting.with_tensorflow / inspecting.together_seconds


def missed(result: Result) -> List[str]:
    """The targets that were missed, in words; none is a pass."""
    words = []
    for row in result.rows:
        for twin, target in row.targets.items():
            if not row.ratios[twin] >= target:
                words.append(f"{row.name}: {twin} is {row.ratios[twin]:.1f}x the baseline, {target:g}x wanted")
    # fewer steps make a worse layer, so only a whole baseline is held to the twins' accuracy
    programs = measures.PROGRAMS if result.baseline_steps == measures.STEPS else measures.TWINS
    accuracies = [result.accuracy[program] for program in programs if program in result.accuracy]
    if accuracies and not (max(accuracies) - min(accuracies)) * result.test_photos <= SAME:
        words.append("accuracy: %s are not equal" % ", ".join(f"{100 * value:.1f} %" for value in accuracies))
    for twin, growth in (result.memory.growth if result.memory else {}).items():
        if not growth <= FLAT:
            words.append(f"memory: {twin} grows by {growth:.0f} MB for each 1000 photos, {FLAT:.0f} allowed")
    if result.porting:
        for name, ratio, target in (
            ("serving", serving_ratio(result.porting), SERVING),
            ("porting", together_ratio(result.porting), TOGETHER),
        ):
            if not ratio >= target:
                words.append(f"{name}: {ratio:.1f}x, {target:g}x wanted")
    if result.inspecting and not inspecting_ratio(result.inspecting) >= INSPECTED:
        words.append(f"inspecting: {inspecting_ratio(result.inspecting):.1f}x, {INSPECTED:g}x wanted")
    return words


def as_json(result: Result) -> Dict[str, Any]:
    """The result as a JSON-able record."""
    return {
        "passed": not missed(result),
        "missed": missed(result),
        "rows": [row._asdict() for row in result.rows],
        "accuracy": result.accuracy,
        "test_photos": result.test_photos,
        "first_run_ratio": result.first_ratio,
        "baseline_steps": result.baseline_steps,
        "memory": result.memory._asdict() if result.memory else None,
        "porting": dict(
            result.porting._asdict(),
            serving_ratio=serving_ratio(result.porting),
            together_ratio=together_ratio(result.porting),
        )
        if result.porting
        else None,
        "inspecting": dict(result.inspecting._asdict(), ratio=inspecting_ratio(result.inspecting))
        if result.inspecting
        else None,
    }

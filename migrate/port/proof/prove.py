"""Prove a port: compare it with the original in a v1 Session, in a process that did not write it."""

import os
from typing import Any, Callable, Dict, List, NamedTuple, Optional

import numpy as np

from poets.migrate.demo.flowers import KINDS, paint_flower
from poets.migrate.port.proof import probes
from poets.migrate.port.reading.error_reasons import reason_of
from poets.migrate.port.reading.graph_reading import Reading, original_answers, read
from poets.migrate.port.reading.options import ReadingOptions
from poets.migrate.port.targets.all_targets import TARGETS, Near, Same
from poets.migrate.task.photos.preprocessing import Preprocessing, in_channels
from poets.migrate.tensorflow_library.pictures.pixels import resized
from poets.migrate.tensorflow_library.version2 import tf
from poets.modern import images


class Proof(NamedTuple):
    max_abs: Optional[float]
    """None for NaN, infinity or another shape."""
    required_tolerance: Optional[float]
    """For a lossy port, the mean over pictures of the largest difference of a probability; else max_abs."""
    tolerance: float
    """Of a probability; for a lossy port, of the mean in required_tolerance."""
    top1_agreement: float
    """Share of the pictures with the same top-1, 0..1."""
    pictures: int
    """Number of pictures compared."""
    lossy: bool
    """Whether the target rounds weights, and is judged by the distance from deliberate mistakes."""
    passed: bool
    why: str
    """What does not pass; empty if everything passes."""


class Reference(NamedTuple):
    """The reference of a comparison: pictures, and the original's outputs for them and for deliberate mistakes."""

    pixels: np.ndarray
    """float32 [n, S, S, 3], 0..255."""
    expected: np.ndarray
    """float32 [n, C]."""
    mistaken: Dict[str, np.ndarray]
    """A mistake's name -> float32 [n, C]."""


LOSSY_COUNT = 32  # as many as `--probe` uses from a folder


def decode_and_resize(given: Preprocessing) -> Callable[[str], np.ndarray]:
    """A function path -> float32 [H, W, 3], 0..255, RGB, or gray [H, W, 1] for a network that takes one channel."""

    def pixels(path: str) -> np.ndarray:
        decoded = images.decode(tf.io.read_file(os.fsencode(path)))
        found = resized(images, decoded, [given.height, given.width], given.resize).numpy()
        return in_channels(found, "gray") if given.depth == 1 else found

    return pixels


def prove(path: str, options: ReadingOptions, targets: Dict[str, str], probe: Optional[str]) -> Dict[str, Any]:
    """Compare every target of one graph with the original: target -> Proof as a dict.

    Args:
        path: str, the original graph.
        options: ReadingOptions that the port was made with.
        targets: target's name -> path of the written port.
        probe: str, a folder of photos; None for seeded pictures, or painted flowers for a lossy target.
    """
    reading = read(path, options)
    references: Dict[bool, Reference] = {}
    proofs = {}
    for name, where in targets.items():
        lossy = isinstance(TARGETS[name].judge, Near)
        if lossy not in references:
            references[lossy] = make_reference(reading, probe, lossy)
        try:
            proofs[name] = compare(reading, name, where, references[lossy])._asdict()
        except Exception as error:  # a target that cannot be loaded or run fails its proof; the others go on
            proofs[name] = _failed(name, references[lossy], f"{type(error).__name__}: {reason_of(error)}")._asdict()
    return proofs


def make_reference(reading: Reading, folder: Optional[str], lossy: bool) -> Reference:
    """The photos below ``folder``, or built-in pictures if it is None, with the original's outputs for them."""
    given = reading.roles.preprocessing
    if lossy and not folder:
        pixels = painted_pictures(given)
    else:
        pixels = probes.pictures_for(folder, given, decode_and_resize(given))
    normalized = given.normalize(pixels)
    mistaken = {"BGR": normalized[..., ::-1], "another normalisation": other_normalization(pixels, given)}
    return Reference(
        pixels,
        original_answers(reading, normalized),
        {name: original_answers(reading, wrong) for name, wrong in mistaken.items()} if lossy else {},
    )


def painted_pictures(given: Preprocessing, count: int = LOSSY_COUNT) -> np.ndarray:
    """float32 [count, H, W, C], 0..255: painted flowers, one of each kind in turn.

    They are as colourful as photos. In seeded pictures the channels are similar, so BGR changes less than 8-bit
    rounding does.
    """
    kinds = sorted(KINDS)
    flowers = [paint_flower(kinds[number % len(kinds)], number // len(kinds)) for number in range(count)]
    painted = np.stack([np.asarray(flower.resize((given.width, given.height)), np.float32) for flower in flowers])
    return in_channels(painted, "gray") if given.depth == 1 else painted


def other_normalization(pixels: np.ndarray, given: Preprocessing) -> np.ndarray:
    """Mistaken input: 0..1 for a network that takes -1..1 or other means, and -1..1 for one that takes none."""
    wrong = given._replace(mean=0.0, std=255.0) if np.any(given.mean) else given._replace(mean=127.5, std=127.5)
    return wrong.normalize(pixels)


def compare(reading: Reading, name: str, where: str, reference: Reference) -> Proof:
    """Load one target and compare its probabilities, image by image and in a ragged batch, with the Session's."""
    target, expected = TARGETS[name], reference.expected
    run = target.load(where, reading)
    answers = []
    for batch in probes.RAGGED:
        starts = range(0, len(reference.pixels), batch)
        answers.append(np.concatenate([run(reference.pixels[start : start + batch]) for start in starts]))
    for answer, batch in zip(answers, probes.RAGGED):
        if answer.shape != expected.shape:
            return _failed(
                name, reference, (f"answers of shape {list(answer.shape)}, the Session's are {list(expected.shape)}")
            )
        if not np.isfinite(answer).all():
            return _failed(name, reference, f"NaN or infinity at batch {batch}")
    if isinstance(target.judge, Near):
        return judge_near(target.judge, answers, reference)
    moved = max([0.0] + [applied.tolerance for applied in reading.rewrites])
    return judge_same(target.judge, moved, answers, reference)


def judge_same(judge: Same, least: float, answers: List[np.ndarray], reference: Reference) -> Proof:
    """The proof of an exact port, which computes what the graph computes.

    Args:
        judge: Same.
        least: float, how far the graph's rewrites may move a probability.
        answers: float32 [n, C] each: image by image, and in ragged batches.
        reference: Reference.
    """
    tolerance = max(judge.tolerance, least)
    # Only image by image does the Session's arithmetic repeat; in a batch, sums may be taken in another order.
    single, ragged = (float(np.abs(answer - reference.expected).max()) for answer in answers)
    agreement = _agreement(answers, reference.expected)
    worst = single if single > tolerance else ragged
    passed = single <= tolerance and ragged <= max(tolerance, judge.batch_tolerance) and agreement == 1.0
    why = "" if passed else f"{worst:.3g} apart, {tolerance:.3g} allowed; top-1 agreement {agreement:.3f}"
    return Proof(single, single, tolerance, agreement, len(reference.pixels), False, passed, why)


def judge_near(judge: Near, answers: List[np.ndarray], reference: Reference) -> Proof:
    """The proof of a lossy port: nearer to the original than to any mistake, and the same top-1 on sure pictures.

    ``answers`` are the port's probabilities, float32 [n, C], once per way of running it.
    """
    apart = max(_distance(answer, reference.expected) for answer in answers)
    mistake = min(reference.mistaken, key=lambda name: _distance(answers[0], reference.mistaken[name]))
    tolerance = judge.share * _distance(answers[0], reference.mistaken[mistake])
    best = np.sort(reference.expected, axis=1)[:, -2:]
    sure = best[:, -1] - best[:, 0] > judge.sure
    agreement = _agreement([answer[sure] for answer in answers], reference.expected[sure])
    why = []
    if apart > tolerance:
        why.append(
            f"{apart:.3g} apart on average, {tolerance:.3g} allowed, which is {judge.share:g} of its distance from "
            f"the answers to {mistake}"
        )
    if agreement < judge.agreement:
        why.append(
            f"top-1 agreement {agreement:.3f} of {int(sure.sum())} pictures that the original is sure of, "
            f"{judge.agreement:g} asked for"
        )
    farthest = max(float(np.abs(answer - reference.expected).max()) for answer in answers)
    return Proof(
        farthest,
        apart,
        tolerance,
        _agreement(answers, reference.expected),
        len(reference.pixels),
        True,
        not why,
        "; ".join(why),
    )


def _distance(given: np.ndarray, expected: np.ndarray) -> float:
    """The mean over pictures of the largest difference of a probability."""
    return float(np.abs(given - expected).max(axis=1).mean())


def _agreement(answers: List[np.ndarray], expected: np.ndarray) -> float:
    """The smallest share of pictures with the same top-1; 1.0 without pictures."""
    return float(min(np.mean(answer.argmax(1) == expected.argmax(1)) if len(answer) else 1.0 for answer in answers))


def _failed(name: str, reference: Reference, why: str) -> Proof:
    judge = TARGETS[name].judge
    tolerance = 0.0 if isinstance(judge, Near) else judge.tolerance
    return Proof(None, None, tolerance, 0.0, len(reference.pixels), isinstance(judge, Near), False, why)

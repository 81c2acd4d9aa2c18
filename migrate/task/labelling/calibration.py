"""Measure a network's preprocessing on labelled photos: try the usual ones and take the one that labels best.

A network fed with other numbers than it was trained on still answers, only worse, so the photos tell which it was.
"""

import contextlib
import math
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from poets.migrate.task.photos.preprocessing import (
    CAFFE_RGB,
    RESIZES,
    TORCH_MEAN,
    TORCH_STD,
    Numbers,
    Preprocessing,
    numbers_in_words,
)
from poets.migrate.task.photos.tf1_resize import resize

PHOTOS = 60  # are answered with every preprocessing,
MOST_PHOTOS = 300  # and as many with those that are left, where several label equally well
LEAST_PHOTOS = 10
BATCH = 32
SURE = 2.6  # standard errors: 1 in 200 by chance
ALIKE = 0.95  # of the photos get the same label: it does not matter which of two preprocessings is taken
SMALLEST = 1e-30  # of a probability
TIE = 0.2
TEMPERATURES = 2.0 ** np.arange(-6, 7)

# words, mean, std; numbers per channel are for RGB
NORMALIZATIONS: Tuple[Tuple[str, Numbers, Numbers], ...] = (
    ("0..1", 0.0, 255.0),
    ("-1..1", 127.5, 127.5),
    ("128/128", 128.0, 128.0),
    ("0..255", 0.0, 1.0),
    ("Caffe's means", CAFFE_RGB, 1.0),
    ("ImageNet's mean and deviation per channel", TORCH_MEAN, TORCH_STD),
)
INVERTED = ("1..0, dark on light", 255.0, -255.0)  # digits on paper for a network of MNIST, and the other way round


class Tried(NamedTuple):
    words: str
    preprocessing: Preprocessing
    accuracy: float
    """0..1."""
    cross_entropy: float
    """Mean over the photos, in nats."""
    losses: np.ndarray
    """float64 [n]: 1 for a wrong class, and TIE times the cross entropy at the temperature that suits the answers best.

    At temperature 1, a network that is too sure of itself would lose more by a few wrong labels than by wrong pixels.
    """
    named: np.ndarray
    """int [n], each photo's class."""


class Calibration(NamedTuple):
    photos: int
    tried: List[Tried]
    """The best first, by `losses`."""
    chosen: Preprocessing
    """What to use: the best, or the network's own where the photos do not speak against it."""
    why_not: str
    """Why these photos cannot tell; empty if they can."""


def calibrate(
    classifier: Any, photos: Sequence[Tuple[str, str]], truth: np.ndarray, folder: str, progress: Any = None
) -> Calibration:
    """Try the usual preprocessings of a network on labelled photos.

    First every normalisation with every order of channels, then every resize with the best of them. PHOTOS of the
    photos are used; all of them only between those that label equally well.

    Args:
        classifier: a `Classifier`; its ``given`` is changed meanwhile.
        photos: (path, kind) of each, in an order in which the first ones are of all classes.
        truth: int [n], the class of each.
        folder: where the photos are, for the words of the result.
        progress: ``progress(words, total)``, a context manager that gives ``advance(count)``; None for none.

    Raises:
        BadPhoto: a photo's pixels do not decode.
    """
    own = classifier.given
    seen = _Photos(classifier, photos, truth, progress or _no_progress)
    try:
        first = seen.tried(candidates(own), PHOTOS)
        why_not = cannot_tell(first, seen.truth)
        left = [(one.words, one.preprocessing) for one in as_good_as_best(first)]
        if not why_not and len(photos) > PHOTOS and len(left) > 1:
            asked = [(first[0].words, own)] if own not in [given for _, given in left] else []
            more = seen.tried(asked + left, MOST_PHOTOS)
            why_not = cannot_tell(more, seen.truth)
        else:
            more = first
        chosen, doubt = choose(more, own)
        rules = [rule for rule in RESIZES if rule != chosen.preprocessing.resize]
        resized = seen.tried([(chosen.words, chosen.preprocessing._replace(resize=rule)) for rule in rules], PHOTOS)
    finally:
        classifier.given = own
    why_not = why_not or doubt
    given = (
        own if why_not else _measured(chosen, first, resized, own, f"measured on {len(seen.truth)} photos of {folder}")
    )
    return Calibration(len(seen.truth), sorted(first + resized, key=_loss), given, why_not)


class _Photos:
    """Some photos, decoded once, and a classifier's answers to them."""

    def __init__(self, classifier: Any, photos: Sequence[Tuple[str, str]], truth: np.ndarray, progress: Any) -> None:
        self._classifier = classifier
        self._photos = list(photos)
        self._truth = truth
        self._progress = progress
        self._decoded: List[np.ndarray] = []
        self.truth = truth[:0]
        """int [n], of the photos that were used."""

    def tried(self, found: Sequence[Tuple[str, Preprocessing]], most: int) -> List[Tried]:
        """The answers with each preprocessing to the first ``most`` photos."""
        count = min(most, len(self._photos))
        self._decoded += [self._classifier.decode(*one) for one in self._photos[len(self._decoded) : count]]
        self.truth = self._truth[: max(count, len(self.truth))]
        with self._progress("calibrating", len(found) * count) as advance:
            return [
                _try(self._classifier, self._decoded[:count], self._truth[:count], given, words, advance)
                for words, given in found
            ]


@contextlib.contextmanager
def _no_progress(words: str, total: int) -> Iterator[Callable[[int], None]]:
    yield lambda count: None


def candidates(own: Preprocessing) -> List[Tuple[str, Preprocessing]]:
    """(words, preprocessing): the network's own, then the usual ones that differ from it."""
    found = [("as it is read", own)]
    for words, mean, std in NORMALIZATIONS + ((INVERTED,) if own.depth == 1 else ()):
        for channels in ("rgb", "bgr") if own.depth == 3 else ("gray",):
            if own.depth == 1 and not isinstance(mean, float):
                continue
            turn = -1 if channels == "bgr" else 1
            one = own._replace(
                mean=mean[::turn] if isinstance(mean, tuple) else mean,
                std=std[::turn] if isinstance(std, tuple) else std,
                channels=channels,
            )
            if not _same(one, own):
                found.append((words, one))
    return found


def _try(
    classifier: Any,
    decoded: Sequence[np.ndarray],
    truth: np.ndarray,
    given: Preprocessing,
    words: str,
    advance: Callable[[int], None],
) -> Tried:
    classifier.given = given
    rows = []
    for start in range(0, len(decoded), BATCH):
        some = decoded[start : start + BATCH]
        pixels = np.stack([resize(photo, given.height, given.width, given.resize) for photo in some])
        rows.append(np.asarray(classifier.run(given.normalize(pixels)), np.float64))
        advance(len(some))
    logs = np.log(np.maximum(np.nan_to_num(np.concatenate(rows), nan=0.0), SMALLEST))
    named = logs.argmax(axis=1)
    entropy = -logs[np.arange(len(truth)), truth]
    tempered = [_cross_entropies(logs / temperature, truth) for temperature in TEMPERATURES]
    losses = (named != truth) + TIE * min(tempered, key=lambda one: float(one.mean()))
    return Tried(words, given, float((named == truth).mean()), float(entropy.mean()), losses, named)


def _cross_entropies(logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(truth)), truth])


def cannot_tell(tried: Sequence[Tried], truth: np.ndarray) -> str:
    """Why photos of the classes ``truth``, int [n], can tell nothing; empty if they can."""
    best = min(tried, key=_loss)
    truth = truth[: len(best.named)]
    count = len(truth)
    if count < LEAST_PHOTOS:
        return f"{count} photos are too few; give {LEAST_PHOTOS} or more"
    chance, error = chance_of(truth)
    if best.accuracy - chance < SURE * error or chance == 1:
        return (
            f"none labels better than chance: {best.accuracy:.0%} right at best, and {chance:.0%} are of one class; "
            "are these photos of the network's task, and its labels its own?"
        )
    return ""


def chance_of(truth: np.ndarray) -> Tuple[float, float]:
    """(the accuracy of naming every photo alike, its standard error) on photos of the classes ``truth``, int [n]."""
    chance = float(np.bincount(truth).max()) / len(truth)
    return chance, math.sqrt(chance * (1 - chance) / len(truth))


def as_good_as_best(tried: Sequence[Tried]) -> List[Tried]:
    """The best and those that are not clearly worse."""
    best = min(tried, key=_loss)
    return [one for one in tried if one is best or not clearly_worse(one, best)]


def choose(tried: Sequence[Tried], own: Preprocessing) -> Tuple[Tried, str]:
    """The one to take, and why these photos cannot tell, if they cannot: the network's own unless it is clearly worse.

    If its own is only a guess, any other that labels as well has the same right to be taken.
    """
    best, as_good = min(tried, key=_loss), as_good_as_best(tried)
    kept = next((one for one in as_good if _same(one.preprocessing, own)), None)
    if kept and not own.guessed:
        return kept, ""
    others = [one for one in as_good if float((one.named == best.named).mean()) < ALIKE]
    if others:
        names = " and ".join(sorted({in_words(one) for one in others + [best]}))
        return kept or best, f"{names} label differently and equally well; give more photos"
    return best, ""


def clearly_worse(one: Tried, best: Tried) -> bool:
    """Whether one loses more on the same photos than chance explains."""
    apart = one.losses - best.losses
    error = float(apart.std(ddof=1)) / math.sqrt(len(apart)) if len(apart) > 1 else math.inf
    return float(apart.mean()) > max(SURE * error, 0.0)


def _measured(
    chosen: Tried, first: Sequence[Tried], resized: Sequence[Tried], own: Preprocessing, source: str
) -> Preprocessing:
    """The chosen preprocessing, with another resize if that is clearly better, and where it comes from."""
    given = chosen.preprocessing
    asked = next(one for one in first if _same(one.preprocessing, given))
    better = min(resized, key=_loss)
    if clearly_worse(asked, better):
        given = given._replace(resize=better.preprocessing.resize)
    return own if _same(given, own) and not own.guessed else given._replace(source=source, guessed=False)


def _loss(one: Tried) -> float:
    return float(one.losses.mean())


def _same(one: Preprocessing, other: Preprocessing) -> bool:
    fields = ("mean", "std", "channels", "resize")
    return all(getattr(one, name) == getattr(other, name) for name in fields)


def in_words(one: Tried) -> str:
    """`-1..1 BGR`, with the resize if it is not TF1's."""
    given = one.preprocessing
    order = "" if given.channels == "gray" else " " + given.channels.upper()
    rule = "" if given.resize == "tf1" else f", {given.resize}"
    numbers = f" (mean {numbers_in_words(given.mean)}, std {numbers_in_words(given.std)})"
    return one.words + order + rule + (numbers if one.words == "as it is read" else "")


def calibration_as_json(found: Calibration) -> Dict[str, Any]:
    """What was tried, the best first, and what was taken."""
    return {
        "photos": found.photos,
        "tried": [
            dict(
                words=in_words(one),
                mean=one.preprocessing.mean,
                std=one.preprocessing.std,
                channels=one.preprocessing.channels,
                resize=one.preprocessing.resize,
                accuracy=one.accuracy,
                cross_entropy=one.cross_entropy,
            )
            for one in found.tried
        ],
        "chosen": dict(found.chosen._asdict()),
        "cannot_tell": found.why_not,
    }


def calibration_in_words(record: Dict[str, Any], most: Optional[int] = 3) -> List[str]:
    """A line on what was taken and one per preprocessing tried, the best first; ``record`` is its JSON."""
    chosen = record["chosen"]
    what = f"mean {numbers_in_words(chosen['mean'])}, std {numbers_in_words(chosen['std'])}, {chosen['channels']}"
    if record["cannot_tell"]:
        lines = [f"--calibrate: these photos cannot tell: {record['cannot_tell']}; taken as before: {what}"]
    else:
        lines = [f"--calibrate: {what}, {chosen['resize']} resize, {chosen['source']}"]
    for one in record["tried"][:most]:
        lines.append(f"  {one['accuracy']:6.1%} right, cross entropy {one['cross_entropy']:.3f}: {one['words']}")
    return lines

"""What ports are compared with: pictures, and the original's answers to them and to deliberate mistakes.

Equal answers prove something only if a mistake would have changed them. Where it would not, because a network gives
every picture one answer, other pictures are added; what they cannot show either is named in the proof.
"""

import base64
import io
import os
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional

import numpy as np

from poets.migrate.demo.flowers import paint_flower
from poets.migrate.port.proof import probes
from poets.migrate.port.proof.scores import apart, logits_of
from poets.migrate.port.reading.graph_reading import Reading
from poets.migrate.port.reading.original import Original
from poets.migrate.port.targets.all_targets import LIFTED
from poets.migrate.task.photos.preprocessing import Preprocessing, in_channels
from poets.migrate.tensorflow_library.pictures.pixels import resized
from poets.migrate.tensorflow_library.version2 import tf
from poets.modern import images

TRIED_ON = 3  # pictures of a set that the mistakes are tried on, if no lossy port is judged by them
CLEARLY = 10  # a mistake is told if it moves an answer by this many times what is allowed
CLEARLY_LOSSY = 1e-3  # the same for a lossy port: mean over pictures of the largest difference of a probability

ANOTHER_NETWORK = "another network"


class Reference(NamedTuple):
    """The reference of a comparison: pictures, and the original's outputs for them and for deliberate mistakes."""

    pixels: np.ndarray
    """float32 [n, S, S, 3], 0..255."""
    expected: np.ndarray
    """float32 [n, C]."""
    mistaken: Dict[str, np.ndarray]
    """A mistake's name -> float32 [n, C]; for lossy ports, which are judged by them."""
    untold: List[str] = []
    """Mistakes that these pictures cannot show, in words."""
    is_pair: bool = False
    """Whether the answers are 1 - p and p of one sigmoid."""
    example: Optional[Dict[str, Any]] = None
    """A painted flower, ``jpeg`` in base 64, and the original's best ``answers`` to it, each a label and a score."""


def decode_and_resize(given: Preprocessing) -> Callable[[str], np.ndarray]:
    """A function path -> float32 [H, W, 3], 0..255, RGB, or gray [H, W, 1] for a network that takes one channel."""

    def pixels(path: str) -> np.ndarray:
        return prepared(images.decode(tf.io.read_file(os.fsencode(path))), given)

    return pixels


def prepared(decoded: Any, given: Preprocessing) -> np.ndarray:
    """Pixels float32 [H, W, 3 or 1], 0..255, at the network's size, of a decoded photo uint8 [h, w, 3]."""
    found = resized(images, decoded, [given.height, given.width], given.resize).numpy()
    return np.asarray(in_channels(found, "gray") if given.depth == 1 else found)


def picture_sets(given: Preprocessing, folder: Optional[str], lossy: bool) -> Iterator[np.ndarray]:
    """Sets of pictures float32 [n, H, W, C], 0..255, in the order in which they are tried."""
    if folder:
        yield probes.read_pictures(os.path.expanduser(folder), decode_and_resize(given))
        return
    if lossy:
        yield probes.painted_pictures(given)
    yield probes.natural_pictures(given)
    if not lossy:
        yield probes.painted_pictures(given, probes.COUNT)
    yield probes.faint_pictures(given)


def make_reference(reading: Reading, folder: Optional[str], lossy: bool) -> Reference:
    """The photos below ``folder``, or built-in pictures if it is None, with the original's outputs for them.

    Args:
        reading: Reading.
        folder: str, a folder of photos.
        lossy: bool, whether lossy ports are judged: by the distance from the mistakes.
    """
    given, is_pair = reading.roles.preprocessing, reading.roles.activation == "pair"
    sets: List[np.ndarray] = []
    answers: List[np.ndarray] = []
    mistaken: Dict[str, List[np.ndarray]] = {}
    told: Dict[str, bool] = {}
    with Original(reading) as original:
        for pixels in picture_sets(given, folder, lossy):
            expected = original.answers(given.normalize(pixels))
            sets.append(pixels)
            answers.append(expected)
            count = len(pixels) if lossy else TRIED_ON
            for name, wrong in mistakes(original, pixels[:count], given).items():
                mistaken.setdefault(name, []).append(wrong)
                told[name] = told.get(name, False) or is_told(wrong, expected[:count], lossy, is_pair)
            if all(told.values()):
                break
        example = example_of(reading, original)
    judged_by = {name: np.concatenate(rows) for name, rows in mistaken.items() if name != ANOTHER_NETWORK}
    return Reference(
        np.concatenate(sets),
        np.concatenate(answers),
        judged_by if lossy else {},
        [name for name, is_shown in told.items() if not is_shown],
        is_pair,
        example,
    )


def example_of(reading: Reading, original: Original) -> Dict[str, Any]:
    """A picture for whoever wants to see that a port works, and what to expect: see `Reference`."""
    given, kept = reading.roles.preprocessing, io.BytesIO()
    paint_flower("tulips", 0).save(kept, "JPEG", quality=95)
    pixels = prepared(images.decode(tf.constant(kept.getvalue())), given)
    row = original.answers(given.normalize(pixels[np.newaxis]))[0]
    best = np.argsort(-row, kind="stable")[:3]
    answers = [{"label": reading.labels[place], "score": float(row[place])} for place in best]
    return {"jpeg": base64.b64encode(kept.getvalue()).decode("ascii"), "answers": answers}


def mistakes(original: Original, pixels: np.ndarray, given: Preprocessing) -> Dict[str, np.ndarray]:
    """A mistake's name -> the original's answers, float32 [n, C], for pixels float32 [n, H, W, C], 0..255."""
    normalized = given.normalize(pixels)
    made = {"another normalisation": original.answers(other_normalization(pixels, given))}
    if given.depth == 3:
        made["BGR"] = original.answers(normalized[..., ::-1])
    another = _if_it_runs(lambda: original.answers_of_another(normalized))
    if another is not None:
        made[ANOTHER_NETWORK] = another
    return made


def _if_it_runs(answers: Callable[[], Any]) -> Any:
    """None where a graph's features cannot be fed."""
    try:
        return answers()
    except (tf.errors.OpError, ValueError, TypeError):
        return None


def is_told(wrong: np.ndarray, right: np.ndarray, lossy: bool, is_pair: bool) -> bool:
    """Whether a mistake's answers are clearly not the right ones, float32 [n, C] each."""
    if wrong.shape != right.shape or not np.isfinite(wrong).all():
        return True
    if lossy:
        return float(np.abs(wrong - right).max(axis=1).mean()) >= CLEARLY_LOSSY
    expected = logits_of(right, is_pair)
    moved = apart(wrong, expected, is_pair)
    shown = moved is None or moved > CLEARLY * expected.tolerance
    return shown or float(np.abs(wrong - right).max()) > CLEARLY * LIFTED.tolerance


def other_normalization(pixels: np.ndarray, given: Preprocessing) -> np.ndarray:
    """Mistaken input: 0..1 for a network that takes -1..1 or other means, and -1..1 for one that takes none."""
    wrong = given._replace(mean=0.0, std=255.0) if np.any(given.mean) else given._replace(mean=127.5, std=127.5)
    return wrong.normalize(pixels)

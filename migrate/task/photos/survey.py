"""The first look at the data: the photos, the real format of each file, and the files that cannot be used."""

import hashlib
from typing import Callable, Dict, List, NamedTuple, Optional

from poets.migrate.task.errors import BadInput
from poets.migrate.task.photos.exif import UPRIGHT, orientation, warn_of_turned
from poets.migrate.task.photos.image_headers import BadPhoto, PhotoHeader, check_photo, read_photo
from poets.migrate.task.photos.image_lists import ImageLists, check_splits, read_image_lists, without


class Survey(NamedTuple):
    lists: ImageLists
    """Without the bad photos."""
    kinds: List[str]
    """One per photo, from `decoder_of`."""
    digests: List[str]
    """One per photo: hex SHA-256 of its bytes."""
    bad: Dict[str, str]
    """Path -> why it was skipped."""


Warn = Callable[[str], None]


def survey(
    image_dir: str,
    testing_percentage: float,
    validation_percentage: float,
    on_bad_image: str,
    warn: Warn,
    hash_as: Optional[str] = None,
) -> Survey:
    """List the photos and read every header, before anything slow begins.

    Args:
        image_dir: str, as typed.
        testing_percentage: 0..100.
        validation_percentage: 0..100.
        on_bad_image: "skip" (each bad photo is named through ``warn``) or "fail".
        warn: called with one line each.
        hash_as: as for `read_image_lists`.

    Raises:
        BadInput: as `read_image_lists`; a bad photo under "fail" (all are named); a class or split that
            becomes empty.
    """
    lists = read_image_lists(image_dir, testing_percentage, validation_percentage, warn, hash_as)
    kinds, digests, bad, turned = {}, {}, {}, []
    for photo in lists.photos:
        try:
            data = read_photo(photo.path)
            kinds[photo.path] = decoder_of(check_photo(data, photo.path))
            digests[photo.path] = hashlib.sha256(data).hexdigest()
            if orientation(data) != UPRIGHT:
                turned.append(photo.path)
        except BadPhoto as error:
            bad[photo.path] = str(error)
    refuse_or_name(bad, on_bad_image, warn)
    warn_of_turned(turned, warn)
    used = without(lists, list(bad))
    check_splits(used, testing_percentage, validation_percentage)
    paths = [photo.path for photo in used.photos]
    return Survey(used, [kinds[path] for path in paths], [digests[path] for path in paths], bad)


def decoder_of(photo: PhotoHeader) -> str:
    """Which decoder a photo needs: `jpeg`, `png`, `gif`, `bmp`, or `bmp32` for a BMP with a fourth channel."""
    return "bmp32" if photo.kind == "bmp" and photo.channels == 4 else photo.kind


def refuse_or_name(bad: Dict[str, str], on_bad_image: str, warn: Warn) -> None:
    """Name every bad photo; under "fail" in one error, under "skip" in one warning each."""
    if bad and on_bad_image == "fail":
        reasons = list(bad.values())
        more = f"; and {len(reasons) - 1} more:" + "".join("\n  " + reason for reason in reasons[1:])
        raise BadInput(f"{reasons[0]} (or skip such photos with --on_bad_image skip){more if len(reasons) > 1 else ''}")
    for reason in bad.values():
        warn(reason + "; skipped")


def skip(known: Survey, bad: Dict[str, str]) -> Survey:
    """The survey without photos whose pixels failed to decode: path -> why."""
    keep = [index for index, photo in enumerate(known.lists.photos) if photo.path not in bad]
    return Survey(
        without(known.lists, list(bad)),
        [known.kinds[index] for index in keep],
        [known.digests[index] for index in keep],
        dict(known.bad, **bad),
    )


def formats_used(known: Survey) -> str:
    """Which file formats the photos have, most common first: ``598 jpeg, 2 png``."""
    counts = {kind: known.kinds.count(kind) for kind in set(known.kinds)}
    return ", ".join(f"{counts[kind]} {kind}" for kind in sorted(counts, key=lambda kind: (-counts[kind], kind)))


def undecodable_photo(path: str, message: str) -> BadPhoto:
    """The error for a photo with valid headers and corrupt pixels; ``message`` is the decoder's."""
    reason = message.split("\n")[0][:120]
    return BadPhoto(f"{path}: its pixels cannot be decoded ({reason}); replace or delete it")

"""`poets label` for any classifier: find the photos, label them, write the results."""

import argparse
import functools
import time
from typing import Any, Callable, Dict, List, Optional, Tuple

from poets.migrate import console
from poets.migrate.task.errors import BadInput
from poets.migrate.task.flags.retrain import label_parser, label_targets
from poets.migrate.task.labelling.calibration import (
    calibration_as_json,
    calibration_in_words,
)
from poets.migrate.task.labelling.classifier import Classifier
from poets.migrate.task.labelling.labelled_photos import calibrate_on, labelled_photos
from poets.migrate.task.labelling.labels import (
    Labelled,
    ModelOptions,
    answers_as_json,
    as_csv,
    as_text,
    find_photos,
    label_photos,
    labels_beside,
    labels_for,
    names_beside,
    read_labels,
)
from poets.migrate.task.photos.decoder_words import damaged, decoder_words, warn_of_damaged
from poets.migrate.task.photos.preprocessing import numbers_in_words


def write_answers(flags: argparse.Namespace, answers: List[Labelled], settings: Dict[str, Any]) -> None:
    """Write the results of `label_image` as the flags ask; as text on stdout unless a flag with `-` uses stdout."""
    if flags.json:
        console.write_json(flags.json, answers_as_json(answers, settings))
    if flags.csv:
        console.write_out(flags.csv, as_csv(answers))
    if "-" not in (flags.json, flags.csv) and not flags.quiet:
        console.write_out("-", as_text(answers))


def options_of(flags: argparse.Namespace) -> ModelOptions:
    """The model's options from the flags of the same names."""
    return ModelOptions(**{name: getattr(flags, name) for name in ModelOptions._fields if hasattr(flags, name)})


def labels_of(graph: str, given: Optional[str], classes: Optional[int]) -> List[str]:
    """The labels in the file that is given, else of a file beside the graph; numbers where none of those fits.

    Raises:
        BadInput: the given file does not fit, or there is none.
    """
    candidates = [] if given else labels_beside(graph)
    if given or not candidates:
        if not given:
            raise BadInput(
                f"--labels: no labels file given, and none of {', '.join(names_beside(graph))} beside {graph}"
            )
        return read_labels(given, classes)
    if classes is None:
        return read_labels(candidates[0], None)
    labels, warning = labels_for(graph, candidates, classes)
    if warning:
        console.warn(warning)
    return labels


def main(twin: str, open_classifier: Callable[[ModelOptions], Classifier], argv: Optional[List[str]] = None) -> int:
    """Run `label_image` of a twin; returns the exit code of the process."""
    flags = label_parser(twin).parse_args(argv)
    return console.run_command(lambda: label(flags, open_classifier))


def label(flags: argparse.Namespace, open_classifier: Callable[[ModelOptions], Classifier]) -> int:
    """Label the flags' photos with the flags' classifier, write the results, and return the exit code.

    Raises:
        PoetsError: something stopped it.
    """
    options = options_of(flags)
    classifier = open_classifier(options)
    labels = classifier.labels
    if flags.labels or not labels:
        labels = labels_of(flags.graph, flags.labels, classifier.classes)
    calibration = None
    if flags.calibrate:
        classifier, calibration = calibrated(classifier, labels, options, open_classifier, flags)
    given = classifier.given
    photos = find_photos(label_targets(flags), flags.on_bad_image, console.warn)
    if flags.verbose:
        nodes = "".join(f"; {name} {node}" for name, node in sorted(classifier.nodes.items()))
        console.say(
            f"input {given.height}x{given.width}, {'' if given.channels == 'rgb' else given.channels + ', '}"
            f"mean {numbers_in_words(given.mean)}, std {numbers_in_words(given.std)} "
            f"({'guessed: ' if given.guessed else ''}{given.source}), {len(labels)} labels{nodes}"
        )
    started = time.time()
    with decoder_words() as words, console.progress("labelling", len(photos), flags.quiet) as advance:
        answers = label_photos(
            photos, classifier.answer, labels, flags.top_k, flags.on_bad_image, console.warn, advance
        )
    if words:
        warn_of_damaged(damaged(photos, lambda photo: classifier.decode(*photo), len(words)), console.warn)
    if flags.verbose:
        console.say(f"{len(answers)} photos in {time.time() - started:.3f} s")
    settings = dict(classifier.nodes, graph=flags.graph, preprocessing=given._asdict())
    write_answers(flags, answers, dict(settings, calibration=calibration) if calibration else settings)
    return 0


def calibrated(
    classifier: Classifier,
    labels: List[str],
    options: ModelOptions,
    open_classifier: Callable[[ModelOptions], Classifier],
    flags: argparse.Namespace,
) -> Tuple[Classifier, Dict[str, Any]]:
    """The classifier with the preprocessing that labels the photos of `--calibrate` best, and what was tried.

    Raises:
        BadInput: no labelled photos there, or of other classes.
    """
    some = labelled_photos(flags.calibrate, flags.on_bad_image, console.warn)
    found = calibrate_on(some, classifier, labels, functools.partial(console.progress, quiet=flags.quiet))
    record = calibration_as_json(found)
    if not flags.quiet:
        for line in calibration_in_words(record, None if flags.verbose else 3):
            console.say(line)
    return classifier if found.why_not else open_classifier(options._replace(**found.chosen.as_given())), record

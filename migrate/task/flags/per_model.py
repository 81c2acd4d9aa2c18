"""The flags of preprocessing where several models are given: for all of them, or `N=VALUE` for the Nth."""

import argparse
import functools
from typing import Any, Callable, Dict, List, Optional, Tuple

from poets.migrate.task.errors import BadInput
from poets.migrate.task.flags.preprocessing import numbers, sizes
from poets.migrate.task.photos.preprocessing import CHANNELS, RESIZES, as_numbers, sides_of


def add_per_model_flags(parser: Any) -> None:
    """Add --input_mean, --input_std, --channels, --resize and --input_size, each of which can be repeated."""
    for flag, words in (
        ("--input_mean", "subtracted from every pixel, 0..255: one number, or one per channel"),
        ("--input_std", "divisor of every pixel, one number or one per channel"),
        ("--channels", f"the channels that a model takes: {', '.join(CHANNELS)}"),
        ("--resize", f"how photos are resized: {', '.join(RESIZES)}"),
        ("--input_size", "pixels: one number per side, or height and width; for models that take any size"),
    ):
        parser.add_argument(
            flag,
            action="append",
            default=[],
            metavar="[N=]VALUE",
            help=f"{words}; of the Nth model, or of all; default: from each model",
        )


def options_per_model(flags: argparse.Namespace, count: int) -> List[Dict[str, Any]]:
    """What is given for each of ``count`` models, as options of `poets.migrate.task.labelling.labels.ModelOptions`.

    Raises:
        BadInput: no such model, or no such value.
    """
    found: List[Dict[str, Any]] = [{} for _ in range(count)]
    for name in ("input_mean", "input_std"):
        _enter(found, flags, name, functools.partial(_numbers, name=name))
    for name, known in (("channels", CHANNELS), ("resize", RESIZES)):
        _enter(found, flags, name, functools.partial(_one_of, known, name=name))
    for options, size in zip(found, _sizes(flags, count)):
        if size:
            options["input_height"], options["input_width"] = size
    return found


def _enter(found: List[Dict[str, Any]], flags: argparse.Namespace, name: str, parse: Callable[[str], Any]) -> None:
    for text in getattr(flags, name):
        place, value = _of_model(text, len(found), name)
        parsed = parse(value)
        for options in found if place is None else [found[place]]:
            options[name] = parsed


def _sizes(flags: argparse.Namespace, count: int) -> List[Optional[Tuple[int, int]]]:
    entries: List[Dict[str, Any]] = [{} for _ in range(count)]
    _enter(entries, flags, "input_size", lambda text: sides_of(_parsed(sizes, text, "input_size")))
    made = [entry.get("input_size") for entry in entries]
    if any(size and min(size) < 1 for size in made):
        raise BadInput("--input_size must be 1 or more")
    return made


def _of_model(text: str, count: int, name: str) -> Tuple[Optional[int], str]:
    """(index of the model, None for all; the value) of `N=VALUE` or `VALUE`."""
    number, equals, value = text.partition("=")
    if not equals:
        return None, text
    if not number.isdigit() or not 1 <= int(number) <= count:
        raise BadInput(f"--{name}: '{text}' is not N=VALUE with N from 1 to {count}")
    return int(number) - 1, value


def _parsed(parse: Callable[[str], Any], text: str, name: str) -> Any:
    try:
        return parse(text)
    except ValueError:
        raise BadInput(f"--{name}: '{text}' is not a number, nor numbers separated by commas")


def _numbers(text: str, name: str) -> Any:
    return as_numbers(_parsed(numbers, text, name), "--" + name)


def _one_of(known: Tuple[str, ...], text: str, name: str) -> str:
    if text not in known:
        raise BadInput(f"--{name}: '{text}' is none of {', '.join(known)}")
    return text

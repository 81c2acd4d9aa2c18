"""The flags that say what happens to a photo's pixels before a network takes them."""

import argparse
import re
import sys
from typing import Any, List, Sequence, Tuple

from poets.migrate.task.photos.preprocessing import CHANNELS, RESIZES

SEVERAL = ("--input_mean", "--input_std", "--input_size")  # flags that take more than one number
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")
_FIRST = re.compile(r"(\d+=)?" + _NUMBER.pattern)  # of the Nth model, see `poets.migrate.task.flags.per_model`


def add_preprocessing_flags(parser: Any) -> None:
    """Add --input_mean, --input_std, --channels and --resize; what is not given is found in the model."""
    parser.add_argument(
        "--input_mean",
        type=numbers,
        metavar="M",
        help="subtracted from every pixel, 0..255: one number, or one per channel in the network's order; default: "
        "from the model",
    )
    parser.add_argument(
        "--input_std",
        type=numbers,
        metavar="S",
        help="divisor of every pixel, one number or one per channel; default: from the model",
    )
    parser.add_argument(
        "--channels", choices=CHANNELS, help="the channels that the network takes; default: from the model"
    )
    parser.add_argument(
        "--resize",
        choices=RESIZES,
        help="tf1: as resize_bilinear did; tf2: half-pixel centres, as tf.image.resize does; _crop: after cutting out "
        "the central part; default: from the model, else tf1",
    )


def add_calibrate_flag(parser: Any) -> None:
    """Add --calibrate."""
    parser.add_argument(
        "--calibrate",
        metavar="DIR",
        help="find the preprocessing from labelled photos, a folder per class: try the usual ones and take the one "
        "that labels best",
    )


def add_size_flag(parser: Any) -> None:
    """Add --input_size."""
    parser.add_argument(
        "--input_size",
        type=sizes,
        metavar="PIXELS",
        help="input size in pixels: one number per side, or height and width; default: found from the graph",
    )


def numbers(text: str) -> Tuple[float, ...]:
    """The numbers of a flag, separated by commas or spaces."""
    return tuple(float(word) for word in re.split(r"[,\s]+", text.strip()))


def sizes(text: str) -> Tuple[int, ...]:
    """The same of whole numbers."""
    return tuple(int(word) for word in re.split(r"[,\s]+", text.strip()))


def join_numbers(argv: Sequence[str]) -> List[str]:
    """Arguments in which the numbers after one of SEVERAL are one argument, so that photos can follow them."""
    joined: List[str] = []
    waiting = list(argv)
    while waiting:
        word = waiting.pop(0)
        if word in SEVERAL:
            values: List[str] = []
            while waiting and len(values) < 3 and (_NUMBER if values else _FIRST).match(waiting[0]):
                values.append(waiting.pop(0))
            joined.append(f"{word}={','.join(values)}" if values else word)
        else:
            joined.append(word)
    return joined


class NumbersParser(argparse.ArgumentParser):
    """argparse with flags that take one number or several, before arguments without a flag too."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        return super().parse_known_args(join_numbers(sys.argv[1:] if args is None else args), namespace)

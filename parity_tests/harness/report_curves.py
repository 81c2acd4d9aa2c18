"""The report's lines on the losses of training: one line of blocks a twin, on one scale."""

from typing import Dict

import numpy as np
from rich.console import Console
from rich.console import ConsoleOptions
from rich.console import RenderResult
from rich.text import Text

from parity_tests.harness import formats
from parity_tests.harness import sparkline

WIDTH = 60


class Curves:
    """Something rich can print: blocks where the console can show them, else ASCII."""

    def __init__(self, losses: Dict[str, np.ndarray]) -> None:
        self.losses = losses  # twin -> float [steps]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        marks = sparkline.ASCII if options.ascii_only else sparkline.BLOCKS
        means = {twin: sparkline.bucket_means(losses, WIDTH) for twin, losses in self.losses.items()}
        span = sparkline.span_of(*means.values())
        for twin, curve in means.items():
            words = "  %-7s%s" % (twin, sparkline.sparkline(curve, WIDTH, span, marks))
            yield Text("%s %s" % (words, _ends(self.losses[twin])), no_wrap=True)


def _ends(losses: np.ndarray) -> str:
    if not len(losses):
        return ""
    first, last = (formats.number(float(loss)) for loss in (losses[0], losses[-1]))
    return "%s-%s" % (first, last)

"""The report's lines on the losses of training: one line of blocks a twin, on one scale."""

from typing import Dict

import numpy as np
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from poets.migrate.judge.report import figures, sparkline

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
            line = f"  {twin!s:<6} {sparkline.sparkline(curve, WIDTH, span, marks)}"
            if len(curve):
                line += " to " + figures.number(float(self.losses[twin][-1]))
            yield Text(line, no_wrap=True)

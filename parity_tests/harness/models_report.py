"""The report of `poets parity A B [C...]`, drawn by rich."""

import os
from typing import List
from typing import Optional

from rich.console import Group
from rich.console import RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from parity_tests.harness.models import Model
from parity_tests.harness.models import Pair
from parity_tests.harness.models import Verdict

SHOWN = 20  # photos labelled differently, under -v


def render(verdict: Verdict, verbose: bool = False) -> Group:
    """The verdict as something rich can print, 80 columns wide."""
    mark = Text("PARITY", "bold green") if verdict.parity else Text("NO PARITY", "bold red")
    failing = [pair for pair in verdict.pairs if not pair.passed]
    if failing:
        mark.append(": %s, %s" % (name_of(failing[0].other), failing[0].why), "red")
    mark.append("\n%d photos, all compared with %s" % (verdict.photos, name_of(verdict.models[0].path)), "default")
    parts: List[RenderableType] = [Panel(mark, title="poets parity", expand=True), _models(verdict.models)]
    parts.append(_pairs(verdict.pairs))
    for pair in verdict.pairs:
        parts.extend(_more(pair, verbose))
    return Group(*parts)


def name_of(path: str) -> str:
    """The last two parts of a path: `ported/savedmodel`."""
    return os.sep.join(os.path.abspath(path).split(os.sep)[-2:])


def _number(value: Optional[float], form: str = "%.2g") -> str:
    return "-" if value is None else form % value


def _models(models: List[Model]) -> Table:
    table = Table(expand=True, box=None, header_style="bold", pad_edge=False)
    for name in ("model", "run by", "input"):
        table.add_column(name, overflow="fold")
    for name in ("right", "ms a photo"):
        table.add_column(name, justify="right")
    for model in models:
        given = model.preprocessing
        run_by = {"session": "v1 Session", "tensorflow": "TensorFlow", "lite": "no TensorFlow"}[model.runner]
        version = " " + model.tensorflow if model.tensorflow and model.runner != "lite" else ""
        table.add_row(escape(name_of(model.path)), run_by + version, "%d px, (p - %g) / %g" % (
            given["height"], given["mean"], given["std"]),
            "-" if model.accuracy is None else "%.1f %%" % (100 * model.accuracy), _number(model.label_ms, "%.1f"))
    return table


def _pairs(pairs: List[Pair]) -> Table:
    table = Table(expand=True, box=None, header_style="bold", pad_edge=False)
    table.add_column("apart from the first", overflow="fold")
    for name in ("decode", "resize", "normalize", "probabilities", "same top-1", ""):
        table.add_column(name, justify="right")
    for pair in pairs:
        cells = [_number(pair.stages[name].max_abs) if name in pair.stages else "own"
                 for name in ("decode", "resize", "normalize")]
        found = pair.stages.get("probabilities")
        cells.append(_number(found.max_abs if found else None))
        cells.append("-" if pair.top1_agreement is None else "%.1f %%" % (100 * pair.top1_agreement))
        table.add_row(escape(name_of(pair.other)), *cells,
                      Text("ok", "green") if pair.passed else Text("FAIL", "bold red"))
    return table


def _more(pair: Pair, verbose: bool) -> List[Text]:
    lines = [Text("%s %s" % ("ok  " if found.passed else "FAIL", found.words), "" if found.passed else "red")
             for found in pair.judged]
    if not pair.passed and not pair.judged:
        lines.append(Text("%s: %s" % (name_of(pair.other), pair.why), "red"))
    if verbose and pair.disagreeing:
        lines.append(Text("%s labels %d photos differently: %s" % (
            name_of(pair.other), len(pair.disagreeing), ", ".join(pair.disagreeing[:SHOWN]))))
    return lines

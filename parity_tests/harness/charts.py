"""The charts of the HTML report, as SVG that takes the page's colour of text."""

import html
import io
import re
from typing import Any
from typing import Callable
from typing import Dict
from typing import NamedTuple

import numpy as np

from parity_tests.harness.formats import number
from parity_tests.harness.formats import share
from parity_tests.harness.sparkline import bucket_means

INK = "#010203"  # stands for the page's colour of text until the SVG is written
COLOURS = {"legacy": "#d1690e", "modern": "#2b7bba"}  # 3:1 or better on white and on black
LINES = {"legacy": "-", "modern": "--"}  # told apart without colours too
STYLE: Any = {
    "svg.hashsalt": "poets", "svg.fonttype": "none", "font.size": 9, "axes.spines.top": False,
    "axes.spines.right": False, "axes.linewidth": 0.8, "legend.frameon": False, "text.color": INK,
    "axes.edgecolor": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK,
}
PER_DECADE = 4  # bars of a histogram
POINTS = 500  # of a curve; longer ones are means of neighbours
HISTOGRAM_FROM = 16  # samples; fewer are drawn as dots

Chart = NamedTuple("Chart", [
    ("title", str),
    ("words", str),  # what it shows, for those who cannot see it
    ("svg", str),  # empty where there is nothing to draw
])


def draw(name: str, words: str, paint: Callable[[Any], None], height: float = 2.4) -> str:
    """What ``paint`` does to matplotlib's axes, as an SVG element.

    Args:
        name: str, unique in the page: all ids begin with it.
        words: str, its text alternative.
        paint: called with the axes.
        height: inches, of 4 in width.
    """
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(4, height))
        paint(figure.subplots())
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None})
    return embedded(file.getvalue(), name, words)


def embedded(svg: str, name: str, words: str) -> str:
    """matplotlib's SVG file as an element of a page."""
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg[svg.index("<svg"):], flags=re.DOTALL)
    svg = re.sub(r'\bid="', 'id="%s-' % name, svg)
    svg = re.sub(r'(url\(|href=")#', r"\g<1>#%s-" % name, svg).replace(INK, "currentColor")
    view = re.search(r'viewBox="[^"]*"', svg)
    opening = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" %s role="img" ' \
        'aria-label="%s" stroke-linejoin="round">' % (view.group() if view else "", html.escape(words))
    return opening + svg[svg.index(">") + 1:].strip()


def errors(stage: str, gaps: np.ndarray, tolerance: float) -> Chart:
    """The absolute differences of a stage, on a log scale, with those that are zero as a bar of their own.

    Args:
        stage: str.
        gaps: float64 [n], 0 or more; NaN and infinity are counted in words.
        tolerance: what is allowed.
    """
    finite = gaps[np.isfinite(gaps)]
    equal, apart = int((finite == 0).sum()), finite[finite > 0]
    words = "%s: %s of %d values are equal" % (stage, share(equal / max(len(gaps), 1)), len(gaps))
    if len(apart):
        words += ", the others differ by %s to %s" % (number(float(apart.min())), number(float(apart.max())))
    words += "; %s is allowed" % number(tolerance)
    if len(finite) < len(gaps):
        words += "; %d differences are NaN or infinite" % (len(gaps) - len(finite))

    def paint(axes: Any) -> None:
        logs = np.log10(apart) if len(apart) else np.zeros(0)
        low, high = (int(np.floor(logs.min())), int(np.ceil(logs.max()))) if len(apart) else (-1, 0)
        high = max(high, low + 1)
        counts, edges = np.histogram(logs, np.linspace(low, high, (high - low) * PER_DECADE + 1))
        axes.bar(edges[:-1], counts, np.diff(edges), align="edge", color=COLOURS["modern"], label="differ")
        left = low - max(1.0, (high - low) / 10)
        axes.bar([left], [equal], (low - left) / 2, color="#3a9a5b", label="equal")
        if tolerance > 0:
            axes.axvline(np.log10(tolerance), color=COLOURS["legacy"], linestyle="--", label="allowed")
        step = max(1, (high - low) // 5)
        places = list(range(low, high + 1, step))
        axes.set_xticks([left] + places)
        axes.set_xticklabels(["0"] + ["1e%d" % place for place in places])
        axes.set_yscale("log")
        axes.set_ylim(bottom=0.5)
        axes.set_xlabel("absolute difference")
        axes.set_ylabel("values")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.2), ncol=3)

    return Chart(stage, words, draw("errors-" + stage, words, paint) if len(finite) else "")


def losses(curves: Dict[str, np.ndarray]) -> Chart:
    """Both twins' losses by step, one over the other."""
    words = "Loss by training step. " + ", ".join("%s: %s" % (twin, _ends(curve)) for twin, curve in curves.items())
    return _curves("losses", "Losses", words, curves, "loss", "linear")


def loss_gaps(curves: Dict[str, np.ndarray]) -> Chart:
    """By how much the losses differ at every step, on a log scale; steps without a difference are gaps."""
    ours, theirs = curves.values()
    if ours.shape != theirs.shape:
        return Chart("Difference of the losses", "The twins trained for other counts of steps.", "")
    gaps = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
    equal = int((gaps == 0).sum())
    words = "Absolute difference of the losses by step; on %d of %d steps there is none." % (equal, len(gaps))
    return _curves("loss-gaps", "Difference of the losses", words, {"modern": np.where(gaps > 0, gaps, np.nan)},
                   "difference", "log")


def _curves(name: str, title: str, words: str, curves: Dict[str, np.ndarray], label: str, scale: str) -> Chart:
    def paint(axes: Any) -> None:
        for twin, curve in curves.items():
            means = bucket_means(curve, POINTS)
            # a point between two gaps would be no line, hence the dots
            steps = np.arange(len(means)) * (max(len(curve) - 1, 0) / max(len(means) - 1, 1))
            axes.plot(steps, means, LINES[twin] if len(curves) > 1 else ".", color=COLOURS[twin], label=twin,
                      linewidth=1.2, markersize=2)
        axes.set_yscale(scale)
        axes.set_xlabel("step")
        axes.set_ylabel(label)
        if len(curves) > 1:
            axes.legend()

    drawable = any(np.isfinite(curve).any() for curve in curves.values())
    return Chart(title, words, draw(name, words, paint) if drawable else "")


def _ends(curve: np.ndarray) -> str:
    if not len(curve):
        return "no steps"
    return "%s at first, %s at last" % (number(float(curve[0])), number(float(curve[-1])))


def samples(key: str, title: str, values: Dict[str, np.ndarray]) -> Chart:
    """Measured times or rates of both twins: a histogram where there are samples enough, else a dot each."""
    words = title + ". " + "; ".join("%s: %d samples, median %s, %s to %s" % (
        twin, len(found), number(float(np.median(found))), number(float(found.min())), number(float(found.max())))
        for twin, found in values.items())

    def paint(axes: Any) -> None:
        if min(len(found) for found in values.values()) >= HISTOGRAM_FROM:
            edges = np.histogram_bin_edges(np.concatenate(list(values.values())), 30)
            for twin, found in values.items():
                axes.hist(found, edges, color=COLOURS[twin], alpha=0.5, label=twin)
                axes.axvline(np.median(found), color=COLOURS[twin], linestyle=LINES[twin])
            axes.set_ylabel("samples")
            axes.legend()
        else:
            for place, (twin, found) in enumerate(values.items()):
                axes.plot(found, np.full(len(found), -place), "o", color=COLOURS[twin], alpha=0.7)
                axes.plot([np.median(found)], [-place], "|", color=COLOURS[twin], markersize=24)
            axes.set_yticks([0, -1])
            axes.set_yticklabels(list(values))
            axes.set_ylim(-1.6, 0.6)
        axes.set_xlabel(title)

    return Chart(title, words, draw("samples-" + key, words, paint, 1.8))

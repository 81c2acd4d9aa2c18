"""Charts of the HTML report, as SVG in the page's text colour."""

import html
import io
import re
from typing import Any, Callable, Dict, NamedTuple, Optional, Sequence

import numpy as np

from poets.migrate.judge.report.figures import number, share
from poets.migrate.judge.report.sparkline import bucket_means

INK = "#010203"  # placeholder for the page's text colour until the SVG is written
# of sides in order; contrast 3:1 or better on white and black
COLOURS = ("#d1690e", "#2b7bba", "#3a9a5b", "#a05bb5", "#8a7a1f")
LINES = ("-", "--", "-.", ":", (0, (6, 2, 1, 2, 1, 2)))  # distinguishable without colour
EQUAL, DIFFERING, ALLOWED = COLOURS[2], COLOURS[1], COLOURS[0]
STYLE: Any = {
    "svg.hashsalt": "poets",
    "svg.fonttype": "none",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "legend.frameon": False,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
PER_DECADE = 4  # histogram bars per decade
POINTS = 500  # of a curve; longer curves are reduced to means of neighbours
MOST_SIDES = len(COLOURS)
HISTOGRAM_FROM = 16  # samples; fewer are drawn as dots


class Chart(NamedTuple):
    title: str
    words: str
    """Text alternative, for those who cannot see the drawing."""
    svg: str
    """Empty if there is nothing to draw."""


def draw(name: str, words: str, paint: Callable[[Any], None], height: float = 2.4) -> str:
    """Draw with ``paint`` on matplotlib's axes, and return an SVG element.

    Args:
        name: str, unique in the page: all ids begin with it.
        words: str, its text alternative.
        paint: called with the axes.
        height: inches; the width is 4.
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
    svg = re.sub(
        r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg[svg.index("<svg") :], flags=re.DOTALL
    )
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(url\(|href=")#', rf"\g<1>#{name}-", svg).replace(INK, "currentColor")
    view = re.search(r'viewBox="[^"]*"', svg)
    opening = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'{view.group() if view else ""} role="img" aria-label="{html.escape(words)}" '
        'stroke-linejoin="round">'
    )
    return opening + svg[svg.index(">") + 1 :].strip()


def errors(stage: str, gaps: np.ndarray, tolerance: float, key: str = "") -> Chart:
    """A histogram of a stage's absolute differences on a log scale; zeros have their own bar.

    Args:
        stage: str.
        gaps: float64 [n], 0 or more; NaN and infinity are counted in the text.
        tolerance: the limit.
        key: str, distinguishes it from other charts of the same stage on the page.
    """
    finite = gaps[np.isfinite(gaps)]
    equal, apart = int((finite == 0).sum()), finite[finite > 0]
    words = f"{stage}: {share(equal / max(len(gaps), 1))} of {len(gaps)} values are equal"
    if len(apart):
        words += f", the others differ by {number(float(apart.min()))} to {number(float(apart.max()))}"
    words += f"; {number(tolerance)} is allowed"
    if len(finite) < len(gaps):
        words += f"; {len(gaps) - len(finite)} differences are NaN or infinite"

    def paint(axes: Any) -> None:
        logs = np.log10(apart)
        marks = np.append(logs, np.log10(tolerance)) if tolerance > 0 else logs
        low, high = (int(np.floor(marks.min())), int(np.ceil(marks.max()))) if len(marks) else (-1, 0)
        high = max(high, low + 1)
        counts, edges = np.histogram(logs, np.linspace(low, high, (high - low) * PER_DECADE + 1))
        seen = counts > 0
        axes.bar(edges[:-1][seen], counts[seen], np.diff(edges)[seen], align="edge", color=DIFFERING, label="differ")
        left = low - max(1.0, (high - low) / 10)
        axes.bar([left], [equal], (low - left) / 2, color=EQUAL, label="equal")
        if tolerance > 0:
            axes.axvline(np.log10(tolerance), color=ALLOWED, linestyle="--", label="allowed")
        step = -(-(high - low) // 5)
        places = list(range(low, high + 1, step))
        axes.set_xticks([left] + places)
        axes.set_xticklabels(["0"] + [f"1e{place}" for place in places])
        axes.set_yscale("log")
        axes.set_ylim(bottom=0.5)
        axes.set_xlabel("absolute difference")
        axes.set_ylabel("values")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.2), ncol=3)

    return Chart(stage, words, draw("errors-" + key + stage, words, paint) if len(finite) else "")


def losses(curves: Dict[str, np.ndarray]) -> Chart:
    """Both twins' losses, float [steps], by step in one chart; many steps are reduced to means of neighbours."""
    words = "Loss by training step. " + ", ".join(f"{twin}: {_ends(curve)}" for twin, curve in curves.items())

    def paint(axes: Any) -> None:
        for place, (twin, curve) in enumerate(curves.items()):
            points = bucket_means(curve, POINTS)
            axes.plot(
                _steps(curve, points), points, linestyle=LINES[place], color=COLOURS[place], label=twin, linewidth=1.2
            )
        axes.set_xlabel("step")
        axes.set_ylabel("loss")
        axes.legend()

    drawable = any(np.isfinite(curve).any() for curve in curves.values())
    return Chart("Losses", words, draw("losses", words, paint) if drawable else "")


def loss_gaps(curves: Dict[str, np.ndarray]) -> Chart:
    """The difference of the losses by step on a log scale; many steps are reduced to the largest of neighbours.

    ``curves`` are float [steps] of each twin.
    """
    title = "Difference of the losses"
    ours, theirs = (curve.astype(np.float64) for curve in curves.values())
    if ours.shape != theirs.shape:
        return Chart(title, "The twins trained for other counts of steps.", "")
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        gaps = np.abs(ours - theirs)
    words = f"Absolute difference of the losses by step; on {(gaps == 0).sum()} of {len(gaps)} steps there is none"
    odd = int(np.size(gaps) - np.isfinite(gaps).sum())
    words += f"; on {odd} it is NaN or infinite." if odd else "."

    def paint(axes: Any) -> None:
        points = np.array([part.max() for part in np.array_split(gaps, min(len(gaps), POINTS))])
        axes.plot(_steps(gaps, points), np.where(points > 0, points, np.nan), ".", color=DIFFERING, markersize=3)
        axes.set_yscale("log")
        axes.set_xlabel("step")
        axes.set_ylabel("difference")

    return Chart(title, words, draw("loss-gaps", words, paint) if (gaps[np.isfinite(gaps)] > 0).any() else "")


def _steps(curve: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The steps at which the points of a reduced curve lie."""
    return np.linspace(0, len(curve) - 1, len(points))


def _ends(curve: np.ndarray) -> str:
    if not len(curve):
        return "no steps"
    return f"{number(float(curve[0]))} at first, {number(float(curve[-1]))} at last"


def samples(key: str, title: str, values: Dict[str, np.ndarray], form: str) -> Chart:
    """Measured times or rates of each side: a histogram if there are enough samples, else one dot per sample.

    At most the first `MOST_SIDES` sides are drawn.

    ``values`` are float [samples] of each side.
    """
    words = (
        title
        + ". "
        + "; ".join(
            f"{side}: {len(found)} samples, median {form % np.median(found)}, {form % found.min()} to "
            f"{form % found.max()}"
            for side, found in values.items()
        )
    )
    drawn = list(values.items())[:MOST_SIDES]

    def paint(axes: Any) -> None:
        if min(len(found) for _, found in drawn) >= HISTOGRAM_FROM:
            edges = np.histogram_bin_edges(np.concatenate([found for _, found in drawn]), 30)
            for place, (side, found) in enumerate(drawn):
                axes.hist(found, edges, color=COLOURS[place], alpha=0.5, label=side)
                axes.axvline(np.median(found), color=COLOURS[place], linestyle=LINES[place])
            axes.set_ylabel("samples")
            axes.legend()
        else:
            for place, (_, found) in enumerate(drawn):
                axes.plot(found, np.full(len(found), -place), "o", color=COLOURS[place], alpha=0.7)
                axes.plot([np.median(found)], [-place], "|", color=COLOURS[place], markersize=24)
            axes.set_yticks([-place for place in range(len(drawn))])
            axes.set_yticklabels([side for side, _ in drawn])
            axes.set_ylim(0.4 - len(drawn), 0.6)
        axes.set_xlabel(title)

    return Chart(title, words, draw("samples-" + key, words, paint, 1.8))


def gaps_between(ours: Sequence[np.ndarray], theirs: Sequence[np.ndarray]) -> Optional[np.ndarray]:
    """float64 [n], the absolute differences of two lists of arrays; None if their shapes differ."""
    if [array.shape for array in ours] != [array.shape for array in theirs]:
        return None
    with np.errstate(invalid="ignore"):  # infinity minus infinity is NaN, and counted as such
        return np.concatenate(
            [np.abs(mine.astype(np.float64) - yours.astype(np.float64)).ravel() for mine, yours in zip(ours, theirs)]
        )

"""Two small graphs with every port of them, and photos in folders named like their labels."""

from migrate import cli
from parity_tests import idioms
from parity_tests import tiny

LABELS = ["ash", "elm", "oak"]
NETWORK = idioms.PLAIN._replace(layers=("conv", "separable", "residual"), widths=(8, 16, 32), size=24)


def write_models(folder):
    """Into ``folder`` (pathlib.Path): `a` and `b`, each with graph.pb, labels.txt and ports, and `photos`."""
    for name, seed in (("a", 0), ("b", 1)):
        (folder / name).mkdir()
        graph = idioms.write_idiom(folder / name / "graph.pb", NETWORK._replace(seed=seed))
        (folder / name / "labels.txt").write_text("\n".join(LABELS) + "\n")
        assert cli.main(["port", graph, "--to", "savedmodel,hub,keras,tflite", "--output", str(folder / name),
                         "--quiet"]) == 0
    tiny.draw_photos(folder / "photos", LABELS, 4)

"""Digits for the beginner lab: drawn ones, those as a file, and the real ones of Fashion-MNIST."""

import os

import pytest

from poets.migrate.lab.drawn_digits import draw_digits, write_npz

FASHION = "/usr/share/datasets/fashion-mnist"  # where Debian's dataset-fashion-mnist puts its files


@pytest.fixture(scope="module")
def drawn():
    """Digits: 400 to train on, 100 to test."""
    return draw_digits(400, 100)


@pytest.fixture(scope="module")
def data(drawn, tmp_path_factory):
    """Those as an .npz file's path."""
    path = str(tmp_path_factory.mktemp("digits") / "digits.npz")
    write_npz(path, drawn)
    return path


@pytest.fixture(scope="module")
def fashion():
    """The folder of Fashion-MNIST's IDX files."""
    if not os.path.isdir(FASHION):
        say = pytest.fail if os.environ.get("POETS_REQUIRE_FASHION") == "1" else pytest.skip
        say("Debian's package dataset-fashion-mnist is not installed here")
    return FASHION

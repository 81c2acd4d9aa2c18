"""`poets parity` on photos that are hard to judge by: many small ones, and grey ones."""

import glob
import json
import os

import pytest
from PIL import Image

from poets.migrate import cli
from poets.migrate.demo.embedded import flowers_folder

SIDE = 64  # pixels


def small_photos(source, target, count):
    """``count`` photos of ``source`` as JPEGs of 64 x 64, cut out in different ways."""
    paths = sorted(glob.glob(os.path.join(source, "*", "*.jpg")))
    for number in range(count):
        path, turn = paths[number % len(paths)], number // len(paths)
        folder = target / os.path.basename(os.path.dirname(path))
        folder.mkdir(parents=True, exist_ok=True)
        with Image.open(path) as photo:
            left, top = photo.width * (turn % 4) // 16, photo.height * (turn // 4 % 4) // 16
            cut = photo.convert("RGB").crop((left, top, photo.width - left // 2, photo.height - top // 2))
            cut.resize((SIDE, SIDE)).save(str(folder / f"{number}.jpg"), quality=90)


def parity(folder, tmp_path, *flags):
    """The exit code and the verdict."""
    out = tmp_path / "verdict.json"
    words = ["parity", "--image_dir", str(folder), "--rounds", "0", "--quiet", "--json", str(out)]
    code = cli.main(words + list(flags))
    return code, json.loads(out.read_text())


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("count", [1000, pytest.param(10000, marks=pytest.mark.thorough)])
def test_many_small_photos_are_no_difference(shared_data, tmp_path, count):
    small_photos(os.path.join(str(shared_data), "flower_photos"), tmp_path / "photos", count)
    code, found = parity(
        tmp_path / "photos",
        tmp_path,
        "--architecture",
        "mobilenet_0.25_128",
        "--model_dir",
        os.path.join(str(shared_data), "models"),
    )
    assert code == 0 and found["verdict"] == "parity", found["why"]
    assert found["training"]["max_loss_diff"] <= 1e-4
    kernels = {side["kernels"] for side in found["interpreters"].values()}
    assert len(kernels) == 1


@pytest.mark.slow
@pytest.mark.tensorflow
def test_grey_photos_cannot_tell_the_order_of_channels(tmp_path):
    for path in sorted(glob.glob(os.path.join(flowers_folder(), "*", "*.jpg"))):
        folder = tmp_path / "photos" / os.path.basename(os.path.dirname(path))
        folder.mkdir(parents=True, exist_ok=True)
        with Image.open(path) as photo:
            photo.convert("L").convert("RGB").save(str(folder / os.path.basename(path)))
    flags = ["--how_many_training_steps", "40"]
    code, found = parity(tmp_path / "photos", tmp_path, *flags)
    assert code == 1 and found["verdict"] == "inconclusive" and found["first_difference"] is None
    assert found["coverage"]["hidden"] == ["channels"] and "BGR for RGB" in found["why"]
    code, found = parity(tmp_path / "photos", tmp_path, *(flags + ["--accept_untested", "channels"]))
    assert code == 0 and found["verdict"] == "parity"

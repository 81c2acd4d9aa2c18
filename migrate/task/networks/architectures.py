"""The pretrained networks of the task: one table of tensors, sizes, normalisation and download addresses.

Sources: the codelab's ``retrain.py`` (tensor names, sizes, mean and standard deviation, addresses) and the
archives themselves (byte counts and checksums, for archives that were available).
"""

import difflib
import os
from typing import Dict, List, NamedTuple, Optional, Tuple

from poets.migrate.task.errors import BadInput

DOWNLOADS = "https://storage.googleapis.com/download.tensorflow.org/models/"
WIDTHS = ("1.0", "0.75", "0.50", "0.25")
SIZES = (224, 192, 160, 128)
EMBEDDED = "mobilenet_painted"

# Folder of a MobileNet -> its archive's bytes (None: not known) and SHA-256. Searched for in public sources on
# 2026-12-01: for the other 14 MobileNets and Inception v3 none was found.
ARCHIVES: Dict[str, Tuple[Optional[int], Optional[str]]] = {
    "mobilenet_v1_0.25_128": (2617289, "30af63cf9039861bc03f86c7b8092fab754d51b27f042830c456ddbfa2b72fce"),
    # Recipes of two Yocto layers, which take labels.txt from it: STMicroelectronics' of 2019, and
    # github.com/NobuoTsukamoto/meta-tensorflow-lite, python3-tensorflow-lite-example_2.19.0.bb.
    "mobilenet_v1_1.0_224": (None, "366a2d53008df0d2a82b375e2020bbc57e43bbe19971370e47b7f74ea0aaab91"),
}


class Architecture(NamedTuple):
    name: str
    """As in `--architecture`."""
    data_url: Optional[str]
    """Where its archive is downloaded from; None: the network comes with poets."""
    model_file: str
    """Under --model_dir."""
    archive_bytes: Optional[int]
    """None: not known."""
    archive_sha256: Optional[str]
    """None: not known."""
    input_tensor: str
    """Name of the tensor that takes normalised images, with its output number."""
    bottleneck_tensor: str
    """Name of the tensor of the features."""
    bottleneck_size: int
    """B, the number of features of one photo."""
    input_size: int
    """Pixels per side."""
    input_mean: float
    """In pixel units, 0..255."""
    input_std: float
    """What a pixel minus the mean is divided by, in pixel units."""
    archive_others: Tuple[str, ...] = ()
    """What else the archive holds, if the network lies in no folder of its own."""


def _inception_v3() -> Architecture:
    return Architecture(
        name="inception_v3",
        data_url=DOWNLOADS + "image/imagenet/inception-2015-12-05.tgz",
        model_file="classify_image_graph_def.pb",
        archive_bytes=88931400,  # Content-Length in users' download logs
        archive_sha256=None,
        input_tensor="Mul:0",
        bottleneck_tensor="pool_3/_reshape:0",
        bottleneck_size=2048,
        input_size=299,
        input_mean=128.0,
        input_std=128.0,
        archive_others=(  # classify_image.py reads the two tables
            "imagenet_2012_challenge_label_map_proto.pbtxt",
            "imagenet_synset_to_human_label_map.txt",
            "cropped_panda.jpg",
            "LICENSE",
        ),
    )


def _mobilenet(width: str, size: int, quantized: bool) -> Architecture:
    folder = f"mobilenet_v1_{width}_{size}"
    archive_bytes, sha256 = ARCHIVES.get(folder, (None, None))
    return Architecture(
        name=f"mobilenet_{width}_{size}{'_quantized' if quantized else ''}",
        data_url=DOWNLOADS + folder + "_frozen.tgz",
        model_file=folder + ("/quantized_graph.pb" if quantized else "/frozen_graph.pb"),
        archive_bytes=archive_bytes,
        archive_sha256=sha256,
        input_tensor="input:0",
        # retrain.py takes the 1001 ImageNet class scores, not the 1024 * width pooled features.
        bottleneck_tensor="MobilenetV1/Predictions/Reshape:0",
        bottleneck_size=1001,
        input_size=size,
        input_mean=127.5,
        input_std=127.5,
    )


def _embedded() -> Architecture:
    """The small network that poets ships: MobileNet v1 0.25, trained by `poets.migrate.demo.network.train_network`."""
    demo = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "demo")
    return _mobilenet("0.25", 128, False)._replace(
        name=EMBEDDED,
        data_url=None,
        model_file=os.path.join(demo, "mobilenet_v1_0.25_96_painted", "frozen_graph.pb"),
        archive_bytes=None,
        archive_sha256=None,
        bottleneck_size=110,  # one class score per kind of painted thing
        input_size=96,
    )


def all_architectures() -> List[Architecture]:
    """Every known architecture: Inception v3, 32 MobileNets, and the small one shipped with poets."""
    table = [_inception_v3()]
    for width in WIDTHS:
        for size in SIZES:
            table.extend(_mobilenet(width, size, quantized) for quantized in (False, True))
    return table + [_embedded()]


def find_architecture(name: str) -> Architecture:
    """Look up ``name``, ignoring case as retrain.py does.

    Raises:
        BadInput: no such architecture; the message suggests similar names.
    """
    table = {architecture.name: architecture for architecture in all_architectures()}
    found = table.get(name.lower())
    if found is not None:
        return found
    near = difflib.get_close_matches(name.lower(), list(table), n=3, cutoff=0.5)
    offer = f"did you mean {' or '.join(near)}?" if near else "known: inception_v3, mobilenet_<width>_<size>"
    raise BadInput(f"--architecture: unknown architecture '{name}'; {offer}")

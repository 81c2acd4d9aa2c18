"""Which kernels TensorFlow computes with: oneDNN's round in another order than Eigen's."""

import os
import platform
from typing import Dict, Sequence, Tuple

SETTING = "TF_ENABLE_ONEDNN_OPTS"  # read once, when TensorFlow is imported
TENSORFLOWS_OWN = "POETS_TENSORFLOWS_KERNELS"  # set to 1: TensorFlow's default counts, also in the legacy program
HAVE_ONEDNN = (2, 5)  # the first official builds that have it (release notes of TensorFlow 2.5)
ONEDNN_BY_DEFAULT = (2, 9)  # the first that use it if nothing is set, on x86 (release notes of TensorFlow 2.9)


def version_of(tensorflow: str) -> Tuple[int, int]:
    """Major and minor version; (0, 0) for what is no version."""
    words = str(tensorflow).split(".")
    return (int(words[0]), int(words[1])) if len(words) > 1 and words[0].isdigit() and words[1].isdigit() else (0, 0)


def kernels_of(tensorflow: str) -> str:
    """`oneDNN` or `Eigen`: the kernels that this version uses in this process."""
    version, value = version_of(tensorflow), os.environ.get(SETTING, "")
    if version < HAVE_ONEDNN:
        return "Eigen"
    on_x86 = platform.machine() in ("x86_64", "AMD64")
    if version < ONEDNN_BY_DEFAULT and not on_x86:
        return "Eigen"
    by_default = version >= ONEDNN_BY_DEFAULT and on_x86
    return "oneDNN" if (value.lower() in ("1", "true") if value else by_default) else "Eigen"


def same_kernels(other_tensorflow: str = "") -> Dict[str, str]:
    """Settings for a worker, so that it computes with the kernels of the other side, whose version may be known.

    The user's own setting counts; else TensorFlow's default. TF 2.6.2, where oneDNN is off by default, ends with SIGFPE
    on a batch of 1 if it is turned on. TF 1.15 has Eigen's kernels only.
    """
    if os.environ.get(SETTING):
        return {SETTING: os.environ[SETTING]}
    if other_tensorflow and version_of(other_tensorflow) < HAVE_ONEDNN:
        return {SETTING: "0"}
    return {TENSORFLOWS_OWN: "1"}


def take_settings(words: Sequence[str]) -> None:
    """Set what a worker was told in words ``NAME=VALUE``, which ssh and containers carry where no variable goes."""
    for word in words:
        name, _, value = word.partition("=")
        if name in (SETTING, TENSORFLOWS_OWN):
            os.environ[name] = value

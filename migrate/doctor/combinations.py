"""Known good combinations for Jetsons: L4T (JetPack), CUDA, cuDNN and NVIDIA's TensorFlow wheels.

Sources: NVIDIA's index of wheels, developer.download.nvidia.com/compute/redist/jp/ (v43, v44, v45, v46, v461); the
containers' github.com/dusty-nv/jetson-containers, tags L4T-R32.4.3 to L4T-R32.7.1, scripts/docker_build_ml.sh; for
JetPack 4.3 github.com/idavis/jetson-containers, docker/jetpack/4.3. CUDA and cuDNN of a JetPack:
gist.github.com/Tiryoh/2b5dc1f8 and developer.nvidia.com/embedded/jetpack-archive; those of 4.6.2, from a TX2:
velog.io/@everglow83/TX2-TensorRT. The JetPack of an L4T: github.com/rbonghi/jetson_stats,
jtop/core/jetson_variables.py. All of these wheels are for Python 3.6.
"""

import re
from typing import NamedTuple, Optional, Tuple

from poets.migrate.doctor import finding
from poets.migrate.doctor.finding import Finding
from poets.migrate.doctor.versions import minor, release

INDEX = "https://developer.download.nvidia.com/compute/redist/jp/"
PAGE = "docs.nvidia.com/deeplearning/frameworks/install-tf-jetson-platform"
SHOW_L4T = "docker run -v /etc/nv_tegra_release:/etc/nv_tegra_release:ro ... shows it to a container"
NO_CUDA = "sudo apt install nvidia-jetpack; in a container: docker run --runtime nvidia ..."
PYTHON = (3, 6)
LAST_OF_A_LINE = (32,)  # L4T 32 is JetPack 4, the last for a TX2


class JetPack(NamedTuple):
    """One release of NVIDIA's system, and the wheels known to be good on it."""

    name: str
    """JetPack's version, such as 4.6.1."""
    l4t: Tuple[int, ...]
    """The first L4T; later ones before the next row's take the same wheels."""
    cuda: Tuple[int, int]
    """Version, (major, minor)."""
    cudnn: Tuple[int, int]
    """Version, (major, minor)."""
    folder: str
    """Below `INDEX`."""
    months: Tuple[int, int]
    """Year, without its century, and month of the first of its wheels, as in `+nv22.1`."""
    wheels: Tuple[str, ...]
    """TF1's, then TF2's; each with the newest last."""


JETPACKS = (
    JetPack(
        "4.3",
        (32, 3, 1),
        (10, 0),
        (7, 6),
        "v43",
        (19, 12),
        (
            "1.15.0+nv19.12",
            "1.15.0+nv20.1",
            "1.15.2+nv20.2",
            "1.15.2+nv20.3",
            "2.0.0+nv19.12",
            "2.0.0+nv20.1",
            "2.1.0+nv20.2",
            "2.1.0+nv20.3",
        ),
    ),
    JetPack("4.4", (32, 4, 3), (10, 2), (8, 0), "v44", (20, 6), ("1.15.2+nv20.6", "2.2.0+nv20.6")),
    JetPack("4.4.1", (32, 4, 4), (10, 2), (8, 0), "v44", (20, 9), ("1.15.3+nv20.9", "2.3.0+nv20.9")),
    JetPack("4.5", (32, 5), (10, 2), (8, 0), "v44", (20, 11), ("1.15.4+nv20.11", "2.3.1+nv20.11")),
    JetPack("4.6", (32, 6), (10, 2), (8, 2), "v46", (21, 7), ("1.15.5+nv21.7", "2.5.0+nv21.7")),
    JetPack("4.6.1", (32, 7), (10, 2), (8, 2), "v461", (22, 1), ("1.15.5+nv22.1", "2.7.0+nv22.1")),
)


def jetpack_of(l4t: Optional[str]) -> Optional[JetPack]:
    """The row of an L4T such as `32.7.1`; None if no row covers it."""
    found = release(l4t)
    if found[:1] != LAST_OF_A_LINE:
        return None
    return next((row for row in reversed(JETPACKS) if row.l4t <= found), None)


def jetpack_name(l4t: str) -> str:
    """The JetPack that came with an L4T: 32.7.1 to 32.7.6 are 4.6.1 to 4.6.6, 32.5.1 and 32.5.2 are 4.5.1."""
    found, row = release(l4t) + (0, 0, 0), jetpack_of(l4t)
    if found[:2] == (32, 7) and found[2]:
        return f"4.6.{found[2]}"
    return "4.5.1" if found[:2] == (32, 5) and found[2] else row.name if row else "?"


def made_for(wheel: str) -> Optional[JetPack]:
    """The row of a wheel such as `2.5.0+nv21.8`, by its name, else by its month; None if it is not NVIDIA's."""
    named = next((row for row in JETPACKS if wheel in row.wheels), None)
    month = re.search(r"\+nv([0-9]{2})\.([0-9]{1,2})", wheel)
    if named or not month:
        return named
    return next((row for row in reversed(JETPACKS) if row.months <= (int(month.group(1)), int(month.group(2)))), None)


def install(row: JetPack, python: str, like: Optional[str] = None) -> str:
    """The command that installs a JetPack's wheel: TF1's if ``like`` is a TF1, else TF2's."""
    wheel = [name for name in row.wheels if name.startswith("1.") == (like or "").startswith("1.")][-1]
    return f"{python} -m pip install --extra-index-url {INDEX}{row.folder} tensorflow=={wheel}"


def judge(wheel: str, l4t: Optional[str], cuda: Optional[str], cudnn: Optional[str], python: str) -> Finding:
    """Whether a Jetson's L4T, CUDA, cuDNN and TensorFlow go together.

    Args:
        wheel: str, the version of TensorFlow's package, such as `2.7.0+nv22.1`.
        l4t, cuda, cudnn: str, versions found there; None if not found.
        python: str, the command of that Python, for the cure.
    """
    subject, row, maker = "combination", jetpack_of(l4t), made_for(wheel)
    if l4t is None:
        return finding.unknown(
            subject, f"unknown L4T version, so TensorFlow {wheel} cannot be checked against it", SHOW_L4T
        )
    if row is None:
        return finding.unknown(subject, f"poets knows no TensorFlow for L4T {l4t}", "see " + PAGE)
    here = f"L4T {l4t} (JetPack {jetpack_name(l4t)})"
    if maker is None:
        return finding.warning(
            subject,
            f"TensorFlow {wheel} is not NVIDIA's build for a Jetson: it runs on the CPU only",
            install(row, python, wheel),
        )
    if maker.cuda != row.cuda or maker.cudnn > row.cudnn or maker.cudnn[0] != row.cudnn[0]:
        return finding.broken(
            subject,
            (
                f"TensorFlow {wheel} is for JetPack {maker.name} ({_libraries(maker)}); here is {here} with "
                f"{_libraries(row)}"
            ),
            install(row, python, wheel),
        )
    other = _other(row, cuda, cudnn)
    if other:
        expected, found = other
        return finding.broken(subject, f"{here} comes with {expected}; found: {found}", NO_CUDA)
    if wheel not in row.wheels:
        return finding.warning(
            subject,
            f"TensorFlow {wheel} is for JetPack {maker.name}; it is untested on {here}",
            install(row, python, wheel),
        )
    return _complete(subject, here, wheel, cuda, cudnn)


def _libraries(row: JetPack) -> str:
    return "CUDA {}.{}, cuDNN {}.{}".format(*row.cuda, *row.cudnn)


def _other(row: JetPack, cuda: Optional[str], cudnn: Optional[str]) -> Optional[Tuple[str, str]]:
    """The JetPack's versions and those found, if another CUDA, or a cuDNN that is older or of another major."""
    if cuda and minor(cuda) != row.cuda:
        return "CUDA {}.{}".format(*row.cuda), "CUDA " + cuda
    # TensorFlow's own check: "needs to have matching major version and equal or higher minor version"
    if cudnn and (minor(cudnn)[0] != row.cudnn[0] or minor(cudnn) < row.cudnn):
        return "cuDNN {}.{}".format(*row.cudnn), "cuDNN " + cudnn
    return None


def _complete(subject: str, here: str, wheel: str, cuda: Optional[str], cudnn: Optional[str]) -> Finding:
    missing = [name for name, version in (("CUDA", cuda), ("cuDNN", cudnn)) if not version]
    words = f"TensorFlow {wheel} is for {here}"
    if missing:
        return finding.unknown(subject, f"{words}, but no {' and no '.join(missing)} was found", NO_CUDA)
    return finding.ok(subject, f"{words} with CUDA {cuda}, cuDNN {cudnn}: known to be good")

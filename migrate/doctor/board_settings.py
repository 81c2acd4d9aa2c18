"""The machine's settings that affect speed and power: board, L4T, power mode (nvpmodel), clock limits."""

import glob
import os
import re
import shutil
import subprocess
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

from poets.migrate.doctor.probe import l4t
from poets.migrate.monitor.sources.proc import read_text, scaled
from poets.migrate.monitor.sources.sysfs import GPU_FOLDERS, is_jetson

NVPMODEL_STATUS = "var/lib/nvpmodel/status"  # `pmode:0003`, readable by all users
NVPMODEL_CONF = "etc/nvpmodel.conf"
MODELS = ("sys/firmware/devicetree/base/model", "sys/devices/virtual/dmi/id/product_name")  # a board's, a PC's


class PowerMode(NamedTuple):
    """nvpmodel's mode; the name is empty if only the number is known."""

    number: int
    """As in `nvpmodel -m`."""
    name: str


class Settings(NamedTuple):
    """None, or a missing entry, means unknown."""

    device: Optional[str]
    """The model's name, of the board or of a PC."""
    l4t: Optional[str]
    """The release of NVIDIA's Linux for Tegra, such as 32.7.1."""
    power_mode: Optional[PowerMode]
    """None also if the machine is no Jetson."""
    clock_limits_mhz: Dict[str, Tuple[float, float]]
    """`GPU`, `CPU 0`, ... -> the lowest and the highest clock allowed."""


def read_settings(root: str = "/", ask_nvpmodel: Optional[Callable[[], str]] = None) -> Settings:
    """The current settings of this machine.

    Args:
        root: str, the folder that holds ``sys``, ``etc`` and ``var``. Defaults to /.
        ask_nvpmodel: returns the output of `nvpmodel -q`. Defaults to running it, on a Jetson.
    """
    names = [read_text(os.path.join(root, model)) for model in MODELS]
    jetson = is_jetson(root) or l4t(root) is not None
    return Settings(
        next((name for name in names if name), None),
        l4t(root),
        power_mode(root, ask_nvpmodel) if jetson else None,
        clock_limits(root),
    )


def power_mode(root: str = "/", ask: Optional[Callable[[], str]] = None) -> Optional[PowerMode]:
    """nvpmodel's mode: from its status file, otherwise from its output."""
    return _mode_of_status(root) or _mode_of_answer((ask or run_nvpmodel)())


def run_nvpmodel() -> str:
    """The output of `nvpmodel -q`; empty if it is missing or fails."""
    program = shutil.which("nvpmodel") or "/usr/sbin/nvpmodel"
    try:
        run = subprocess.run(
            [program, "-q"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout.decode("utf-8", "replace")


def clock_limits(root: str = "/") -> Dict[str, Tuple[float, float]]:
    """Lowest and highest clock in MHz of the GPU and each core; jetson_clocks makes them equal."""
    found = {}
    for folder in _sorted_glob(*[os.path.join(root, gpu, "devfreq/*") for gpu in GPU_FOLDERS]):
        limits = _limits(folder, "min_freq", "max_freq", 1e6)
        if limits:
            found["GPU"] = limits
    for folder in _sorted_glob(os.path.join(root, "sys/devices/system/cpu/cpu[0-9]*/cpufreq")):
        limits = _limits(folder, "scaling_min_freq", "scaling_max_freq", 1e3)
        if limits:
            found[f"CPU {os.path.basename(os.path.dirname(folder))[len('cpu') :]}"] = limits
    return found


def _sorted_glob(*patterns: str) -> List[str]:
    return sorted(path for pattern in patterns for path in glob.glob(pattern))


def _limits(folder: str, low: str, high: str, divisor: float) -> Optional[Tuple[float, float]]:
    found = [scaled(os.path.join(folder, name), divisor) for name in (low, high)]
    return None if found[0] is None or found[1] is None else (found[0], found[1])


def _mode_of_status(root: str) -> Optional[PowerMode]:
    found = re.search(r"pmode:([0-9]+)", read_text(os.path.join(root, NVPMODEL_STATUS)) or "")
    if not found:
        return None
    modes = read_text(os.path.join(root, NVPMODEL_CONF)) or ""
    names = {int(one): name for one, name in re.findall(r"<\s*POWER_MODEL\s+ID=([0-9]+)\s+NAME=(\S+)", modes)}
    return PowerMode(int(found.group(1)), names.get(int(found.group(1)), ""))


def _mode_of_answer(text: str) -> Optional[PowerMode]:
    """`NV Power Mode: MAXN`, and the number on the next line."""
    found = re.search(r"NV Power Mode: *(\S+)\s+([0-9]+)\s*$", text, re.MULTILINE)
    return PowerMode(int(found.group(2)), found.group(1)) if found else None

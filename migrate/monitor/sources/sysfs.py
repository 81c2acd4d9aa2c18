"""A Jetson's load, clocks and power from /sys, for containers, which lack tegrastats.

The paths are those of a TX2 on L4T 28 and 32 (`/sys/devices/gpu.0/load` and `17000000.gp10b` are one node, the load in
thousandths; power monitors are INA3221 chips, rails named in ``rail_name_N``, mW in ``in_powerN_input``). The EMC's
clock is in debugfs, which only root may read; no file with its load is documented for a TX2, so it is unknown.
"""

import glob
import os
from typing import List, Optional, Tuple

from poets.migrate.monitor.sources.proc import ProcReader, read_text, scaled
from poets.migrate.monitor.sources.sample import Clock, Power, Sample

GPU_FOLDERS = ("sys/devices/gpu.0", "sys/devices/17000000.gp10b")
EMC_RATE = "sys/kernel/debug/bpmp/debug/clk/emc/rate"
RAIL_NAMES = "sys/bus/i2c/drivers/ina3221x/*/iio:device*/rail_name_[0-9]"


class JetsonReader:
    """Reads one Jetson repeatedly.

    Args:
        root: str, the folder that holds ``proc`` and ``sys``. Defaults to /.
    """

    def __init__(self, root: str = "/") -> None:
        self._proc = ProcReader(root)
        self._load = _first(root, *(folder + "/load" for folder in GPU_FOLDERS))
        self._gpu_rate = _first(root, *(folder + "/devfreq/*/cur_freq" for folder in GPU_FOLDERS))
        self._emc_rate = _first(root, EMC_RATE)
        self._rails = _rail_files(root)

    def read(self) -> Sample:
        """One sample; a core's load covers the time since the previous sample, or since the reader was created."""
        rails = [(name, scaled(path, 1)) for name, path in self._rails]
        return self._proc.read()._replace(
            gpu=_clock(self._load, self._gpu_rate),
            emc=_clock(None, self._emc_rate),
            power_mw={name: Power(power) for name, power in rails if power is not None},
        )


def is_jetson(root: str = "/") -> bool:
    """Whether the device tree is that of an NVIDIA Tegra chip, or a Jetson's GPU exists."""
    tree = read_text(os.path.join(root, "sys/firmware/devicetree/base/compatible")) or ""
    return "nvidia,tegra" in tree or _first(root, *(folder + "/load" for folder in GPU_FOLDERS)) is not None


def _clock(load_path: Optional[str], rate: Optional[str]) -> Optional[Clock]:
    """A unit from its files of load in thousandths and rate in Hz; None if neither is known."""
    load = scaled(load_path, 10) if load_path else None
    mhz = scaled(rate, 1e6) if rate else None
    return None if load is None and mhz is None else Clock(load, () if mhz is None else (mhz,))


def _first(root: str, *patterns: str) -> Optional[str]:
    return next((path for pattern in patterns for path in sorted(glob.glob(os.path.join(root, pattern)))), None)


def _rail_files(root: str) -> List[Tuple[str, str]]:
    """Power rails: name and the file of its mW. Found by name, as the iio device numbers are not fixed."""
    paths = sorted(glob.glob(os.path.join(root, RAIL_NAMES)))
    named = [(read_text(path), os.path.join(os.path.dirname(path), f"in_power{path[-1]}_input")) for path in paths]
    return [(name, path) for name, path in named if name]

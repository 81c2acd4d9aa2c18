"""This machine: memory, swap and disk; on a Jetson also L4T, power mode, clocks and tegrastats."""

import os
import platform
import shutil
import tempfile
from typing import Callable, Dict, Optional

from poets.migrate.doctor import board_settings as settings
from poets.migrate.doctor import finding, probe
from poets.migrate.doctor.combinations import PAGE, SHOW_L4T, jetpack_name, jetpack_of
from poets.migrate.doctor.finding import Finding, Patient
from poets.migrate.monitor.sources.choose import find_tegrastats
from poets.migrate.monitor.sources.proc import meminfo, read_text
from poets.migrate.monitor.sources.sysfs import JetsonReader, is_jetson
from poets.migrate.task.cache_folder import cache_dir
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import check_writable

ONE_TENSORFLOW_MB = 600  # resident after `import tensorflow`: 550 MB with 2.21
TWO_TENSORFLOWS_MB = 1500  # the twins' workers with a small network each
ENOUGH_WITHOUT_SWAP_MB = 12 * 1024
LITTLE_DISK_MB = 100
ENOUGH_DISK_MB = 1000  # a pretrained network takes 5 to 90 MB, a run's arrays about as much
MAKE_SWAP = (
    "sudo fallocate -l 4G /swapfile && sudo chmod 600 /swapfile && sudo mkswap /swapfile && sudo swapon /swapfile"
)


def examine(root: str = "/", ask_nvpmodel: Optional[Callable[[], str]] = None) -> Patient:
    """Findings about this machine.

    Args:
        root: str, the folder that holds ``proc``, ``sys``, ``etc`` and ``var``. Defaults to /.
        ask_nvpmodel: returns the output of `nvpmodel -q`. Defaults to running it.
    """
    jetson = is_jetson(root) or probe.l4t(root) is not None
    memory_mb = meminfo(os.path.join(root, "proc/meminfo"))
    found = [_memory(memory_mb, jetson), _swap(memory_mb)]
    if jetson:
        found += [_l4t(probe.l4t(root)), _power_mode(root, ask_nvpmodel), _clocks(root), _tegrastats(root)]
    found += [
        _disk("disk, cache", cache_dir(), "export POETS_CACHE_DIR=/a/larger/disk/poets"),
        _disk("disk, temporary", tempfile.gettempdir(), "export TMPDIR=/a/larger/disk"),
    ]
    facts = {
        "jetson": jetson,
        "l4t": probe.l4t(root),
        "machine": platform.machine(),
        "memory_mb": {
            name: round(memory_mb[name])
            for name in ("MemTotal", "MemFree", "MemAvailable", "SwapTotal", "SwapFree")
            if name in memory_mb
        },
    }
    return Patient("this machine", found, facts)


def _memory(memory: Dict[str, float], jetson: bool) -> Finding:
    available, total = memory.get("MemAvailable"), memory.get("MemTotal")
    if available is None or total is None:
        return finding.unknown("memory", "/proc/meminfo does not report it", "free -m")
    words = f"{available / 1024:.1f} of {total / 1024:.1f} GB available"
    if available < ONE_TENSORFLOW_MB:
        return finding.broken(
            "memory",
            words + f": TensorFlow alone needs {ONE_TENSORFLOW_MB / 1024:.1f} GB",
            "close other programs: ps aux --sort -rss | head",
        )
    # memory in the page cache is available to programs, but not to a Jetson's GPU
    free = memory.get("MemFree")
    if jetson and free is not None and free < TWO_TENSORFLOWS_MB <= available:
        return finding.warning(
            "memory",
            f"{words}, but {(available - free) / 1024:.1f} GB of it in the page cache, which the GPU cannot use",
            "sudo poets flush",
        )
    if available < TWO_TENSORFLOWS_MB:
        return finding.warning(
            "memory", words + ": little for two TensorFlows", "close other programs: ps aux --sort -rss | head"
        )
    return finding.ok("memory", words)


def _swap(memory: Dict[str, float]) -> Finding:
    swap, total = memory.get("SwapTotal"), memory.get("MemTotal")
    if swap is None or total is None:
        return finding.unknown("swap", "/proc/meminfo does not report it", "swapon --show")
    if swap:
        return finding.ok("swap", f"{swap / 1024:.1f} GB, {memory.get('SwapFree', 0) / 1024:.1f} GB of it free")
    if total >= ENOUGH_WITHOUT_SWAP_MB:
        return finding.ok("swap", f"none, and not needed with {total / 1024:.0f} GB of memory")
    return finding.warning(
        "swap", (f"none: with {total / 1024:.0f} GB of memory, a large batch gets the process killed"), MAKE_SWAP
    )


def _l4t(version: Optional[str]) -> Finding:
    if version is None:
        return finding.unknown("L4T", "a Jetson, but no /etc/nv_tegra_release; a container?", SHOW_L4T)
    if jetpack_of(version) is None:
        return finding.unknown("L4T", f"{version}: poets knows no combination for it", "look at " + PAGE)
    return finding.ok("L4T", f"{version} (JetPack {jetpack_name(version)})")


def _power_mode(root: str, ask: Optional[Callable[[], str]]) -> Finding:
    """nvpmodel's mode. MAXN, the fastest, is number 0 on a TX2; it boots in 3, MAXP_CORE_ARM."""
    mode = settings.power_mode(root, ask)
    if mode is None:
        return finding.unknown("power mode", "nvpmodel does not report it", "sudo nvpmodel -q")
    number, name = mode
    words = f"{name or 'mode'} ({number})"
    if name.startswith("MAXN") or (not name and number == 0):
        return finding.ok("power mode", words)
    if _is_tx2(root):
        return finding.warning("power mode", words + ": not the fastest, which is MAXN (0)", "sudo nvpmodel -m 0")
    return finding.warning(
        "power mode",
        words + ": not MAXN",
        "look up the number of the fastest mode in /etc/nvpmodel.conf, then: sudo nvpmodel -m NUMBER",
    )


def _is_tx2(root: str) -> bool:
    return "tegra186" in (read_text(os.path.join(root, "sys/firmware/devicetree/base/compatible")) or "")


def _clocks(root: str) -> Finding:
    """jetson_clocks pins each clock by setting its minimum to its maximum, until the next boot."""
    limits = settings.clock_limits(root)
    if not limits:
        return finding.unknown("clocks", "/sys does not report their limits", "sudo jetson_clocks --show")
    if all(low == high for low, high in limits.values()):
        return finding.ok("clocks", "pinned, as by jetson_clocks")
    return finding.warning("clocks", "not pinned: speed varies with load and temperature", "sudo jetson_clocks")


def _tegrastats(root: str) -> Finding:
    path = find_tegrastats()
    if path:
        return finding.ok("tegrastats", path)
    sample = JetsonReader(root).read()
    if sample.gpu and sample.gpu.load is not None and sample.power_mw:
        return finding.ok("tegrastats", "not installed, as in containers; /sys reports GPU load and power")
    missing = [
        word
        for word, known in (("GPU load", sample.gpu and sample.gpu.load is not None), ("power", sample.power_mw))
        if not known
    ]
    return finding.warning(
        "tegrastats",
        f"not installed, and /sys does not report {' and '.join(missing)}",
        "in a container: docker run --privileged -v /sys:/sys:ro ...; else run poets on the host",
    )


def _disk(subject: str, folder: str, elsewhere: str) -> Finding:
    there = folder
    while not os.path.exists(there) and os.path.dirname(there) != there:
        there = os.path.dirname(there)
    try:
        free_mb = shutil.disk_usage(there).free / 2**20
        check_writable(os.path.join(there, "poets-doctor"), folder)
    except BadInput:
        return finding.broken(subject, f"{folder} cannot be written", elsewhere)
    except OSError as error:
        return finding.unknown(subject, f"{folder}: {error.strerror or error}", "df -h " + folder)
    words = f"{free_mb / 1024:.1f} GB free in {folder}"
    if free_mb < LITTLE_DISK_MB:
        return finding.broken(subject, words, elsewhere + "; or free some: df -h " + folder)
    return finding.ok(subject, words) if free_mb >= ENOUGH_DISK_MB else finding.warning(subject, words, elsewhere)

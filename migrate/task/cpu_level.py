"""What of the processor changes the last bits of TensorFlow's numbers."""

import platform

# Of /proc/cpuinfo's flags (x86) or Features (ARM): those by which TensorFlow, Eigen and oneDNN choose their kernels.
LEVELS = ("sse4_1", "sse4_2", "avx", "fma", "avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "asimd", "sve")


def cpu_level(cpuinfo: str = "/proc/cpuinfo") -> str:
    """The architecture and the processor's features that kernels are chosen by, in one line."""
    found = set()
    try:
        with open(cpuinfo) as file:
            for line in file:
                name, _, words = line.partition(":")
                if name.strip() in ("flags", "Features"):
                    found.update(words.split())
                    break
    except OSError:
        pass  # no Linux
    return " ".join([platform.machine()] + [level for level in LEVELS if level in found])

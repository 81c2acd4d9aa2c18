"""The findings about one Python, from the facts that it reports."""

from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from poets.migrate.doctor import combinations, finding, packages
from poets.migrate.doctor.ask import ProbeAnswer, signal_words
from poets.migrate.doctor.finding import Finding, Patient
from poets.migrate.doctor.probe import TENSORFLOWS
from poets.migrate.doctor.versions import minor

OLDEST_PYTHON = (3, 6)
NEWEST_PYTHON = (3, 13)  # with a TensorFlow on PyPI that poets was tested with
OLDEST_TENSORFLOW = (1, 15)
OLDEST_OF_MODERN = (2, 6)
NEWEST_TENSORFLOWS: Dict[Tuple[int, ...], str] = {(3, 6): "2.6.2", (3, 7): "2.11.*", (3, 8): "2.13.*"}
"""The newest on PyPI for each Python (pypi.org/project/tensorflow); for later Pythons pip finds it by itself."""

NOTHING: Dict[str, Any] = {
    "python": None,
    "machine": None,
    "boot_id": None,
    "packages": {},
    "requires": [],
    "pkg_resources": None,
    "environment": {},
    "tegra": False,
    "l4t": None,
    "cuda": None,
    "cudnn": None,
    "gpu_devices": None,
    "imports": {},
}


class Host(NamedTuple):
    """The machine that the doctor runs on; its containers share its kernel, and so its L4T."""

    boot_id: Optional[str] = None
    """The kernel's random number of this start, which its containers share; None if unknown."""
    l4t: Optional[str] = None
    """The release of NVIDIA's Linux for Tegra; None if unknown, or the machine is no Jetson."""


def examine(name: str, answer: ProbeAnswer, python: str, host: Host, is_own: bool = False) -> Patient:
    """Findings about one Python.

    Args:
        name: str, as it was typed.
        answer: its facts, or why it reported none.
        python: str, the command that starts it, for the cures.
        host: this machine.
        is_own: bool, whether poets runs in it.
    """
    if answer.facts is None:
        return Patient(name, [finding.broken("Python", answer.trouble, answer.cure)], {})
    facts = dict(NOTHING, **answer.facts)
    if not minor(facts["python"]):
        return Patient(name, [finding.unknown("Python", "its version is unknown", python + " --version")], facts)
    if minor(facts["python"]) < OLDEST_PYTHON:
        found = f"{facts['python']}; poets needs 3.6 or later"
        return Patient(name, [finding.broken("Python", found, "use python3 instead: --python python3")], facts)
    if facts["l4t"] is None and facts["boot_id"] and facts["boot_id"] == host.boot_id:
        facts["l4t"] = host.l4t
    return Patient(name, _findings(facts, python) + (packages.own(facts, python) if is_own else []), facts)


def _findings(facts: Dict[str, Any], python: str) -> List[Finding]:
    package = next((facts["packages"][name] for name in TENSORFLOWS if name in facts["packages"]), None)
    imported = facts["imports"].get("tensorflow", {})
    version = package or imported.get("version")  # the package's has the +nv22.1
    works = bool(imported.get("version")) and not imported.get("error") and not imported.get("signal")
    found = [
        _python(facts),
        packages.numpy(facts, python),
        _tensorflow(facts, version, works, python),
        _combination(facts, version, python),
        _gpu(facts, version, works, python),
        packages.keras(facts, version, python),
        packages.hub(facts, version, python),
        packages.protobuf(facts, version, works, python),
        packages.pkg_resources(facts, python),
        packages.requirements(facts, python, ["keras", "protobuf"]),
    ]
    return [one for one in found if one]


def _python(facts: Dict[str, Any]) -> Finding:
    found = f"{facts['python']} on {facts['machine'] or 'an unknown machine'}"
    if minor(facts["python"]) > NEWEST_PYTHON:
        return finding.warning(
            "Python",
            f"{found}: newer than any version that poets was tested with",
            f"create an environment with another Python: python3.{NEWEST_PYTHON[1]} -m venv .venv",
        )
    return finding.ok("Python", found)


def is_jetson(facts: Dict[str, Any]) -> bool:
    """Whether that Python runs on a Jetson, as far as it can detect."""
    return bool(facts["tegra"] or facts["l4t"])


def _tensorflow(facts: Dict[str, Any], version: Optional[str], works: bool, python: str) -> Finding:
    result = facts["imports"].get("tensorflow")
    if version is None:
        return finding.broken("TensorFlow", "not installed", _install(facts, python))
    if result is None:
        return finding.unknown(
            "TensorFlow",
            f"{version}; its import was not tested, because numpy's failed",
            "fix numpy, then run poets doctor again",
        )
    if not works:
        return _broken_tensorflow(facts, version, result, python)
    several = {facts["packages"][name] for name in TENSORFLOWS if name in facts["packages"]}
    if len(several) > 1:
        return finding.warning(
            "TensorFlow",
            "several packages overwrite each other: " + ", ".join(sorted(several)),
            (
                f"{python} -m pip uninstall -y {' '.join(name for name in TENSORFLOWS if name in facts['packages'])}; "
                "then install one"
            ),
        )
    if minor(version) < OLDEST_TENSORFLOW:
        return finding.warning(
            "TensorFlow", f"{version}: older than any version that poets was tested with", _install(facts, python)
        )
    twins = "both twins" if minor(version) >= OLDEST_OF_MODERN else "only the legacy twin"
    return finding.ok("TensorFlow", f"{version}, imported in {result.get('seconds', 0):g} s; runs {twins}")


def _broken_tensorflow(facts: Dict[str, Any], version: str, result: Dict[str, Any], python: str) -> Finding:
    see = f"{python} -c 'import tensorflow'"
    if result.get("signal") == "SIGKILL":
        return finding.broken(
            "TensorFlow",
            f"{version}: killed during its import, as the kernel does when memory runs out",
            "close other programs, or add swap; on a Jetson: sudo poets flush",
        )
    if result.get("signal"):
        words = signal_words(result["signal"])
        why = "; either this processor lacks AVX, or numpy causes it" if result["signal"] == "SIGILL" else ""
        return finding.broken("TensorFlow", f"{version}: its import crashes with {words}{why}", see)
    if result.get("timeout"):
        return finding.broken(
            "TensorFlow",
            f"{version}: its import took longer than {result['timeout']:g} s",
            f"increase --timeout, or see where it hangs: {python} -v -c 'import tensorflow'",
        )
    error = result.get("error", "the import failed")
    if "Descriptors cannot" in error:
        return finding.broken("TensorFlow", f"{version}: {error}", f"{python} -m pip install 'protobuf<3.21'")
    library = " (a CUDA library is missing; in a container: docker run --runtime nvidia)"
    words = library if "cannot open shared object file" in error else ""
    return finding.broken("TensorFlow", f"{version}: {error}{words}", see)


def _install(facts: Dict[str, Any], python: str) -> str:
    row = combinations.jetpack_of(facts["l4t"])
    if row and minor(facts["python"]) == combinations.PYTHON:
        return combinations.install(row, python)
    if is_jetson(facts):
        return "NVIDIA's wheels are for the Jetson's own Python 3.6 (JetPack 4); see " + combinations.PAGE
    if minor(facts["python"]) > NEWEST_PYTHON:
        return f"use Python 3.{NEWEST_PYTHON[1]}; there may be no TensorFlow for {facts['python']}"
    newest = NEWEST_TENSORFLOWS.get(minor(facts["python"]))
    return f"{python} -m pip install {'tensorflow==' + newest if newest else 'tensorflow'}"


def _combination(facts: Dict[str, Any], version: Optional[str], python: str) -> Optional[Finding]:
    if version is None or not is_jetson(facts):
        return None
    return combinations.judge(version, facts["l4t"], facts["cuda"], facts["cudnn"], python)


def _gpu(facts: Dict[str, Any], version: Optional[str], works: bool, python: str) -> Optional[Finding]:
    """Whether TensorFlow sees the GPU; if not, and outside a Jetson, which CUDA it was built for."""
    result = facts["imports"].get("tensorflow", {})
    if version is None:
        return None
    if works and result.get("gpus"):
        return finding.ok("GPU", f"TensorFlow sees {int(result['gpus'])}{_versions(facts)}")
    if facts["gpu_devices"] == [] and not is_jetson(facts):
        return finding.ok("GPU", "no NVIDIA GPU found; TensorFlow uses the CPU")
    if not works or "gpus" not in result:
        return finding.unknown("GPU", "TensorFlow did not report it")
    return _blind(facts, result, version, python)


def _blind(facts: Dict[str, Any], result: Dict[str, Any], version: str, python: str) -> Finding:
    """The finding for a GPU that TensorFlow does not see."""
    if facts["environment"].get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return finding.warning("GPU", "CUDA_VISIBLE_DEVICES hides it", "unset CUDA_VISIBLE_DEVICES")
    if is_jetson(facts):
        return finding.warning(
            "GPU",
            "TensorFlow does not see it, and uses the CPU",
            "in a container: docker run --runtime nvidia ...; else: sudo usermod -aG video $USER",
        )
    if result.get("cuda_build") is False:
        return finding.warning(
            "GPU",
            f"found, but TensorFlow {version} is built without CUDA",
            f"{python} -m pip install 'tensorflow[and-cuda]'",
        )
    built = result.get("built_for") or {}
    wanted = f"CUDA {built.get('cuda_version', '?')}, cuDNN {built.get('cudnn_version', '?')}"
    cure = (
        f"{python} -m pip install 'tensorflow[and-cuda]=={version}'"
        if minor(version) >= (2, 14)
        else f"install {wanted}: developer.nvidia.com/cuda-toolkit-archive"
    )
    return finding.warning(
        "GPU", (f"found, but TensorFlow {version} (built for {wanted}) does not see it{_versions(facts)}"), cure
    )


def _versions(facts: Dict[str, Any]) -> str:
    """CUDA and cuDNN versions, from the system or from the packages that pip installs with TensorFlow."""
    found = [
        (
            name,
            facts[fact]
            or next(
                (version for package, version in sorted(facts["packages"].items()) if package.startswith(prefix)), None
            ),
        )
        for name, fact, prefix in (("CUDA", "cuda", "nvidia-cuda-runtime"), ("cuDNN", "cudnn", "nvidia-cudnn"))
    ]
    words = [f"{name} {version}" for name, version in found if version]
    return "; found " + ", ".join(words) if words else ""

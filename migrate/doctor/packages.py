"""Packages that TensorFlow needs, and packages that conflict with it."""

import re
from typing import Any, Dict, List, Optional

from poets.migrate.doctor import finding
from poets.migrate.doctor.ask import signal_words
from poets.migrate.doctor.finding import Finding
from poets.migrate.doctor.versions import minor, satisfies

DYING_NUMPY = "1.19.5"
"""Its OpenBLAS does not know a Jetson's cores and crashes with SIGILL: numpy/numpy issues 18131, 18175."""
LAST_GOOD_NUMPY = "1.19.4"
OWN_PACKAGES = ("rich", "pillow")  # of poets itself


def numpy(facts: Dict[str, Any], python: str) -> Finding:
    """numpy, of which 1.19.5 crashes with SIGILL on a Jetson."""
    version, result = facts["packages"].get("numpy"), facts["imports"].get("numpy", {})
    cure = f"{python} -m pip install numpy=={LAST_GOOD_NUMPY}"
    if result.get("signal") == "SIGILL":
        return finding.broken(
            "numpy",
            f"{version or 'numpy'}: its import crashes with SIGILL (Illegal instruction)",
            cure + "; or: export OPENBLAS_CORETYPE=ARMV8",
        )
    if result.get("version"):
        return _that_works(result["version"], facts, cure)
    if version is None:
        return finding.broken("numpy", "not installed", f"{python} -m pip install numpy")
    return _that_does_not("numpy", version, result, python)


def _that_works(version: str, facts: Dict[str, Any], cure: str) -> Finding:
    if version != DYING_NUMPY or facts["machine"] != "aarch64":
        return finding.ok("numpy", version)
    core = facts["environment"].get("OPENBLAS_CORETYPE")
    if core:
        return finding.ok("numpy", f"{version}; it works because OPENBLAS_CORETYPE is {core}")
    return finding.warning("numpy", f"{version} works here, but crashes with SIGILL on some Jetsons", cure)


def _that_does_not(name: str, version: str, result: Dict[str, Any], python: str) -> Finding:
    """The finding for an import that failed, did not end, or was not tried."""
    again = f"{python} -m pip install --force-reinstall {name}=={version}"
    if result.get("signal"):
        return finding.broken(
            name,
            f"{version}: its import crashes with {signal_words(result['signal'])}",
            f"read its last output: {python} -c 'import {name}'",
        )
    if result.get("timeout"):
        return finding.broken(
            name,
            f"{version}: its import took longer than {result['timeout']:g} s",
            f"increase --timeout, or see where it hangs: {python} -X faulthandler -v -c 'import {name}'",
        )
    if result.get("error"):
        return finding.broken(name, f"{version}: {result['error']}", again)
    return finding.unknown(name, f"{version}; its import was not tested", f"{python} -c 'import {name}'")


def protobuf(facts: Dict[str, Any], tensorflow: Optional[str], works: bool, python: str) -> Optional[Finding]:
    """protobuf, whose 4.21 rejects code generated for TensorFlow before 2.12.

    `TypeError: Descriptors cannot not be created directly` (sic): tensorflow/tensorflow issues 56266 and 59665. There
    is no Python protobuf between 3.20 and 4.21.
    """
    version = facts["packages"].get("protobuf")
    if not tensorflow:
        return None
    if version is None:
        return finding.unknown("protobuf", "not found among the packages", f"{python} -m pip install 'protobuf<4'")
    needed = _demands(facts).get("protobuf", "") if minor(tensorflow) >= (2, 12) else "<3.21"
    if satisfies(version, needed) is not False:
        return finding.ok("protobuf", version)
    cure = f"{python} -m pip install 'protobuf{needed}'"
    found = f"{version}; TensorFlow {tensorflow} needs protobuf{needed}"
    if works:
        slow = facts["environment"].get("PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION") == "python"
        return finding.warning(
            "protobuf",
            found + (" (it works, slowly, in pure Python)" if slow else " (the import works nevertheless)"),
            cure,
        )
    return finding.broken("protobuf", found, cure)


def keras(facts: Dict[str, Any], tensorflow: Optional[str], python: str) -> Optional[Finding]:
    """Keras: a separate package since TensorFlow 2.6, of the same version up to 2.15, and Keras 3 from 2.16 on.

    Other versions fail: `cannot import name 'dtensor'`, tensorflow/tensorflow issue 56298.
    """
    version, result = facts["packages"].get("keras"), facts["imports"].get("tensorflow", {})
    if not tensorflow:
        return None
    needed = keras_needed(tensorflow)
    cure = f"{python} -m pip install 'keras{needed}'" if needed else f"{python} -c 'import tensorflow.keras'"
    if needed and version and not satisfies(version, needed):
        return finding.broken("Keras", f"{version}; TensorFlow {tensorflow} needs keras{needed}", cure)
    if result.get("keras"):
        return finding.ok("Keras", f"{result['keras']} (tf.keras)")
    if result.get("keras_error"):
        return finding.broken("Keras", f"{version or 'tf.keras'}: {result['keras_error']}", cure)
    if needed and not version:
        return finding.broken("Keras", f"not installed; TensorFlow {tensorflow} needs keras{needed}", cure)
    return finding.unknown(
        "Keras", f"{version or 'inside TensorFlow'}; not checked, because TensorFlow was not imported"
    )


def keras_needed(tensorflow: str) -> str:
    """The versions of keras that a TensorFlow accepts; empty if it contains its own."""
    if minor(tensorflow) < (2, 6):
        return ""
    return "=={}.{}.*".format(*minor(tensorflow)[:2]) if minor(tensorflow) < (2, 16) else ">=3"


def pkg_resources(facts: Dict[str, Any], python: str) -> Optional[Finding]:
    """pkg_resources, which tensorflow-hub imports and setuptools 82 removed: tensorflow/hub issue 934."""
    hub, setuptools = facts["packages"].get("tensorflow-hub"), facts["packages"].get("setuptools")
    if facts["pkg_resources"] is None:
        return finding.unknown("pkg_resources", "not checked", f"{python} -c 'import pkg_resources'")
    if facts["pkg_resources"]:
        return finding.ok("pkg_resources", f"found in setuptools {setuptools}" if setuptools else "there")
    found = f"missing: setuptools {setuptools} no longer has it" if setuptools else "missing, as is setuptools"
    cure = f"{python} -m pip install 'setuptools<82'"
    if hub and satisfies(hub, "<=0.16.1"):
        return finding.broken("pkg_resources", f"{found}, and tensorflow-hub {hub} imports it", cure)
    return (
        finding.ok("pkg_resources", found + "; nothing here needs it")
        if not hub
        else finding.warning("pkg_resources", f"{found}; tensorflow-hub up to 0.16.1 needs it", cure)
    )


def hub(facts: Dict[str, Any], tensorflow: Optional[str], python: str) -> Optional[Finding]:
    """tensorflow-hub, with which the modern twin loads networks; it needs TensorFlow 2.6 or later."""
    version, result = facts["packages"].get("tensorflow-hub"), facts["imports"].get("tensorflow", {})
    if not tensorflow or minor(tensorflow) < (2, 6):
        return None
    if version is None:
        return finding.warning(
            "tensorflow-hub",
            "not installed; the modern twin needs it",
            f"{python} -m pip install tensorflow-hub 'setuptools<82'",
        )
    if result.get("hub_error"):
        return finding.broken(
            "tensorflow-hub",
            f"{version}: {result['hub_error']}",
            f"{python} -m pip install -U tensorflow-hub 'setuptools<82'",
        )
    return (
        finding.ok("tensorflow-hub", version)
        if result.get("hub")
        else finding.unknown("tensorflow-hub", f"{version}; its import was not tested")
    )


def requirements(facts: Dict[str, Any], python: str, judged: List[str]) -> Optional[Finding]:
    """Requirements of TensorFlow's own package that the installed versions do not meet.

    Args:
        facts: the probe's.
        python: str, the command of that Python.
        judged: names that another finding already covers.
    """
    versions = facts["packages"]
    others = [
        (name, demanded)
        for name, demanded in _demands(facts).items()
        if name in versions and name not in judged and satisfies(versions[name], demanded) is False
    ]
    if not others:
        return None
    words = [f"{name} {versions[name]} (needs {demanded})" for name, demanded in others]
    return finding.warning(
        "requirements",
        "versions that TensorFlow's package does not accept: " + ", ".join(words),
        f"{python} -m pip install " + " ".join(f"'{name}{version}'" for name, version in others),
    )


def _demands(facts: Dict[str, Any]) -> Dict[str, str]:
    """TensorFlow's demands by package: `numpy (~=1.19.2)` and `numpy~=1.19.2` are the same."""
    pairs = [re.match(r"([A-Za-z0-9._-]+)\s*\(?([^()]*)\)?\Z", line) for line in facts["requires"]]
    return {re.sub("[-_.]+", "-", pair.group(1)).lower(): pair.group(2) for pair in pairs if pair}


def own(facts: Dict[str, Any], python: str) -> List[Finding]:
    """The missing packages that poets itself needs."""
    missing = [name for name in OWN_PACKAGES if name not in facts["packages"]]
    return (
        [
            finding.broken(
                "poets", f"needs {' and '.join(missing)}, not installed", f"{python} -m pip install {' '.join(missing)}"
            )
        ]
        if missing
        else []
    )

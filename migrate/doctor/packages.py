"""Packages that TensorFlow needs, and those that clash with it."""

import re
from typing import Any
from typing import Dict
from typing import List
from typing import Optional

from poets.migrate.doctor import finding
from poets.migrate.doctor.ask import signal_words
from poets.migrate.doctor.finding import Finding
from poets.migrate.doctor.versions import minor
from poets.migrate.doctor.versions import satisfies

DYING_NUMPY = "1.19.5"
"""Its OpenBLAS does not know a Jetson's cores, and dies of an illegal instruction: numpy/numpy issues 18131, 18175."""
LAST_GOOD_NUMPY = "1.19.4"
OWN_PACKAGES = ("rich", "pillow")  # of poets itself


def numpy(facts: Dict[str, Any], python: str) -> Finding:
    """numpy, which dies of an illegal instruction on a Jetson if it is 1.19.5."""
    version, result = facts["packages"].get("numpy"), facts["imports"].get("numpy", {})
    cure = "%s -m pip install numpy==%s" % (python, LAST_GOOD_NUMPY)
    if result.get("signal") == "SIGILL":
        return finding.broken("numpy", "%s: importing it dies of SIGILL (Illegal instruction)" % (version or "numpy"),
                              cure + "; or: export OPENBLAS_CORETYPE=ARMV8")
    if result.get("version"):
        return _that_works(result["version"], facts, cure)
    if version is None:
        return finding.broken("numpy", "not installed", "%s -m pip install numpy" % python)
    return _that_does_not("numpy", version, result, python)


def _that_works(version: str, facts: Dict[str, Any], cure: str) -> Finding:
    if version != DYING_NUMPY or facts["machine"] != "aarch64":
        return finding.ok("numpy", version)
    core = facts["environment"].get("OPENBLAS_CORETYPE")
    if core:
        return finding.ok("numpy", "%s; it works as OPENBLAS_CORETYPE is %s" % (version, core))
    return finding.warning("numpy", "%s works, but dies of SIGILL on some Jetsons" % version, cure)


def _that_does_not(name: str, version: str, result: Dict[str, Any], python: str) -> Finding:
    """An import that failed: broken; one that was not tried or found no end: broken or unknown."""
    again = "%s -m pip install --force-reinstall %s==%s" % (python, name, version)
    if result.get("signal"):
        return finding.broken(name, "%s: importing it dies of %s" % (version, signal_words(result["signal"])),
                              "see what it says last: %s -c 'import %s'" % (python, name))
    if result.get("timeout"):
        return finding.broken(name, "%s: the import had not ended after %g s" % (version, result["timeout"]),
                              "give it more --timeout, or see where it waits: %s -X faulthandler -v -c 'import %s'" % (
                                  python, name))
    if result.get("error"):
        return finding.broken(name, "%s: %s" % (version, result["error"]), again)
    return finding.unknown(name, "%s; its import was not tried" % version, "%s -c 'import %s'" % (python, name))


def protobuf(facts: Dict[str, Any], tensorflow: Optional[str], works: bool, python: str) -> Optional[Finding]:
    """protobuf, whose 4.21 refuses what TensorFlow before 2.12 was generated with.

    `TypeError: Descriptors cannot not be created directly` (sic): tensorflow/tensorflow issues 56266 and 59665. There
    is no Python protobuf between 3.20 and 4.21.
    """
    version = facts["packages"].get("protobuf")
    if not tensorflow:
        return None
    if version is None:
        return finding.unknown("protobuf", "not found among the packages", "%s -m pip install 'protobuf<4'" % python)
    needed = _demands(facts).get("protobuf", "") if minor(tensorflow) >= (2, 12) else "<3.21"
    if satisfies(version, needed) is not False:
        return finding.ok("protobuf", version)
    cure = "%s -m pip install 'protobuf%s'" % (python, needed)
    found = "%s; TensorFlow %s needs protobuf%s" % (version, tensorflow, needed)
    if works:
        slow = facts["environment"].get("PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION") == "python"
        return finding.warning("protobuf", found + (" (it works, slowly, in pure Python)" if slow else
                                                    " (the import works nevertheless)"), cure)
    return finding.broken("protobuf", found, cure)


def keras(facts: Dict[str, Any], tensorflow: Optional[str], python: str) -> Optional[Finding]:
    """Keras: a package of its own from TensorFlow 2.6 on, of the same version up to 2.15, and Keras 3 from 2.16 on.

    Another one fails: `cannot import name 'dtensor'`, tensorflow/tensorflow issue 56298.
    """
    version, result = facts["packages"].get("keras"), facts["imports"].get("tensorflow", {})
    if not tensorflow:
        return None
    needed = keras_needed(tensorflow)
    cure = "%s -m pip install 'keras%s'" % (python, needed) if needed else "%s -c 'import tensorflow.keras'" % python
    if needed and version and not satisfies(version, needed):
        return finding.broken("Keras", "%s; TensorFlow %s needs keras%s" % (version, tensorflow, needed), cure)
    if result.get("keras"):
        return finding.ok("Keras", "%s (tf.keras)" % result["keras"])
    if result.get("keras_error"):
        return finding.broken("Keras", "%s: %s" % (version or "tf.keras", result["keras_error"]), cure)
    if needed and not version:
        return finding.broken("Keras", "not installed; TensorFlow %s needs keras%s" % (tensorflow, needed), cure)
    return finding.unknown("Keras", "%s; TensorFlow, which has it, was not imported" % (version or "inside TensorFlow"))


def keras_needed(tensorflow: str) -> str:
    """Which versions of keras a TensorFlow takes; empty where it brings its own."""
    if minor(tensorflow) < (2, 6):
        return ""
    return "==%d.%d.*" % minor(tensorflow)[:2] if minor(tensorflow) < (2, 16) else ">=3"


def pkg_resources(facts: Dict[str, Any], python: str) -> Optional[Finding]:
    """pkg_resources, which tensorflow-hub imports, and setuptools 82 dropped: tensorflow/hub issue 934."""
    hub, setuptools = facts["packages"].get("tensorflow-hub"), facts["packages"].get("setuptools")
    if facts["pkg_resources"] is None:
        return finding.unknown("pkg_resources", "not looked for", "%s -c 'import pkg_resources'" % python)
    if facts["pkg_resources"]:
        return finding.ok("pkg_resources", "there, of setuptools %s" % setuptools if setuptools else "there")
    found = "missing: setuptools %s no longer has it" % setuptools if setuptools else "missing, as is setuptools"
    cure = "%s -m pip install 'setuptools<82'" % python
    if hub and satisfies(hub, "<=0.16.1"):
        return finding.broken("pkg_resources", "%s, and tensorflow-hub %s imports it" % (found, hub), cure)
    return finding.ok("pkg_resources", found + "; nothing here needs it") if not hub else finding.warning(
        "pkg_resources", "%s; tensorflow-hub up to 0.16.1 needs it" % found, cure)


def hub(facts: Dict[str, Any], tensorflow: Optional[str], python: str) -> Optional[Finding]:
    """tensorflow-hub, which the modern twin loads networks with; it needs TensorFlow 2.6 or later."""
    version, result = facts["packages"].get("tensorflow-hub"), facts["imports"].get("tensorflow", {})
    if not tensorflow or minor(tensorflow) < (2, 6):
        return None
    if version is None:
        return finding.warning("tensorflow-hub", "not installed; the modern twin needs it",
                               "%s -m pip install tensorflow-hub 'setuptools<82'" % python)
    if result.get("hub_error"):
        return finding.broken("tensorflow-hub", "%s: %s" % (version, result["hub_error"]),
                              "%s -m pip install -U tensorflow-hub 'setuptools<82'" % python)
    return finding.ok("tensorflow-hub", version) if result.get("hub") else finding.unknown(
        "tensorflow-hub", "%s; its import was not tried" % version)


def requirements(facts: Dict[str, Any], python: str, judged: List[str]) -> Optional[Finding]:
    """What TensorFlow's own package says it needs, and is of another version here.

    Args:
        facts: the probe's.
        python: str, the command of that Python.
        judged: names that another finding speaks of already.
    """
    versions = facts["packages"]
    others = [(name, demanded) for name, demanded in _demands(facts).items()
              if name in versions and name not in judged and satisfies(versions[name], demanded) is False]
    if not others:
        return None
    words = ["%s %s (wants %s)" % (name, versions[name], demanded) for name, demanded in others]
    return finding.warning("requirements", "not what TensorFlow's package asks for: " + ", ".join(words),
                           "%s -m pip install %s" % (python, " ".join("'%s%s'" % pair for pair in others)))


def _demands(facts: Dict[str, Any]) -> Dict[str, str]:
    """TensorFlow's demands by package: `numpy (~=1.19.2)` and `numpy~=1.19.2` are the same."""
    pairs = [re.match(r"([A-Za-z0-9._-]+)\s*\(?([^()]*)\)?\Z", line) for line in facts["requires"]]
    return {re.sub("[-_.]+", "-", pair.group(1)).lower(): pair.group(2) for pair in pairs if pair}


def own(facts: Dict[str, Any], python: str) -> List[Finding]:
    """What poets itself needs of the Python that runs it, where it is missing."""
    missing = [name for name in OWN_PACKAGES if name not in facts["packages"]]
    return [finding.broken("poets", "needs %s, not installed" % " and ".join(missing),
                           "%s -m pip install %s" % (python, " ".join(missing)))] if missing else []

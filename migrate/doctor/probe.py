"""Examine the running Python and print one line of JSON that starts with `MARK`.

This file is sent to other interpreters on standard input, so it uses only the standard library and must be valid
Python 3.6; up to the first lines of `main` also Python 2.7, which is still `python` on a Jetson. Imports that may
crash (numpy, TensorFlow) run in separate processes.
"""

import sys

sys.path[:] = [place for place in sys.path if place]  # do not import from the working folder
import os  # which the start of Python has imported already

HERE = os.path.realpath(os.getcwd())
sys.path[:] = [place for place in sys.path if os.path.realpath(place) != HERE]

import glob
import json
import platform
import re
import signal
import subprocess
import time

MARK = "poets-doctor:"
VARIABLES = (
    "OPENBLAS_CORETYPE",
    "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION",
    "TF_USE_LEGACY_KERAS",
    "CUDA_VISIBLE_DEVICES",
)
TENSORFLOWS = ("tensorflow", "tensorflow-gpu", "tensorflow-cpu", "tensorflow-aarch64", "intel-tensorflow", "tf-nightly")
GPU_DEVICES = ("dev/nvhost-gpu", "dev/nvgpu/igpu0/ctrl", "dev/nvidiactl")  # Jetson, newer Jetson, desktop

# Run by the importing process; prints JSON: the facts, or the exception's most informative line.
IMPORT = r"""
import sys
sys.path[:] = [place for place in sys.path if place]
import os
here = os.path.realpath(os.getcwd())
sys.path[:] = [place for place in sys.path if os.path.realpath(place) != here]
import json
found = {}
def tell(error):
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [""]
    if lines[0].startswith("Traceback"):
        lines = [line for line in lines if "Error: " in line][-1:] or lines
    return ("%s: %s" % (type(error).__name__, lines[0]))[:400]
try:
    import {name}
    found["version"] = {name}.__version__
    found["file"] = {name}.__file__
{more}
except BaseException as error:
    found["error"] = tell(error)
sys.stdout.write("\n{mark}" + json.dumps(found) + "\n")
"""
NUMPY = """
    numpy.ones((64, 64)).dot(numpy.ones((64, 64)))
"""
TENSORFLOW = """
    tf = tensorflow
    def look(name, function):
        try:
            found[name] = function()
        except Exception as error:
            found[name + "_error"] = tell(error)
    look("keras", lambda: tf.keras.__version__)
    look("built_for", lambda: {key: str(value) for key, value in tf.sysconfig.get_build_info().items()
                               if key in ("cuda_version", "cudnn_version")})
    look("cuda_build", lambda: bool(tf.test.is_built_with_cuda()))
    look("gpus", lambda: len(getattr(tf.config, "list_physical_devices",
                                     tf.config.experimental.list_physical_devices)("GPU")))
    look("hub", lambda: __import__("tensorflow_hub").__version__)
"""


def main(arguments):
    """Print the facts as a line of JSON after MARK; before Python 3.6, only its version and its path."""
    if sys.version_info < (3, 6):
        found = {"python": platform.python_version(), "executable": sys.executable}
    else:
        found = look("/", float(arguments[0]) if arguments else 120.0)
    sys.stdout.write("\n" + MARK + json.dumps(found) + "\n")
    sys.stdout.flush()


def look(root, limit):
    """All facts; the imports together take at most ``limit`` seconds."""
    import importlib.util

    deadline = time.time() + limit
    packages = distributions(sys.path)
    return {
        "python": platform.python_version(),
        "executable": sys.executable,
        "machine": platform.machine(),
        "boot_id": first_line(os.path.join(root, "proc/sys/kernel/random/boot_id")),
        "packages": {name: version for name, (version, _) in packages.items()},
        "requires": requirements([packages[name][1] for name in TENSORFLOWS if name in packages][:1]),
        "pkg_resources": importlib.util.find_spec("pkg_resources") is not None,
        "environment": {name: os.environ[name] for name in VARIABLES if name in os.environ},
        "tegra": "nvidia,tegra" in (first_line(os.path.join(root, "sys/firmware/devicetree/base/compatible")) or ""),
        "l4t": l4t(root),
        "cuda": cuda(root),
        "cudnn": cudnn(root),
        "gpu_devices": ["/" + path for path in GPU_DEVICES if os.path.exists(os.path.join(root, path))],
        "imports": imports(deadline),
    }


def distributions(folders):
    """Installed packages: name -> (version, folder of its metadata). The first on sys.path wins, as in an import.

    Both come from the names of `*.dist-info` and `*.egg-info`; importlib.metadata is not in Python 3.6 and 3.7.
    """
    found = {}  # type: dict
    for folder in folders:
        try:
            entries = sorted(os.listdir(folder or "."))
        except OSError:
            continue
        for entry in entries:
            match = re.match(r"([A-Za-z0-9_.]+?)-([0-9][^-]*)(-py[0-9.]+)?\.(dist|egg)-info\Z", entry)
            if match:
                name = re.sub("[-_.]+", "-", match.group(1)).lower()
                found.setdefault(name, (match.group(2), os.path.join(folder or ".", entry)))
    return found


def requirements(folders):
    """The package's unconditional requirements, such as `numpy (~=1.19.2)`."""
    for folder in folders:
        for name in ("METADATA", "PKG-INFO"):
            text = whole(os.path.join(folder, name)) or ""
            return [line[15:] for line in re.findall("^Requires-Dist: .*$", text, re.MULTILINE) if ";" not in line]
    return []


def l4t(root):
    """`32.7.1` from `# R32 (release), REVISION: 7.1, GCID: ...`; None if there is no such file or line."""
    found = re.match(r"# R([0-9]+) .*REVISION: ([0-9.]+)", first_line(os.path.join(root, "etc/nv_tegra_release")) or "")
    return found.group(1) + "." + found.group(2) if found else None


def cuda(root):
    """CUDA's version from its version file, else from its library's name; None if not found."""
    for place in sorted(glob.glob(os.path.join(root, "usr/local/cuda*"))):
        for name, pattern in (
            ("version.json", r'"cuda"\s*:\s*{[^}]*"version"\s*:\s*"([0-9.]+)"'),
            ("version.txt", r"CUDA Version ([0-9.]+)"),
        ):
            found = re.search(pattern, whole(os.path.join(place, name)) or "")
            if found:
                return found.group(1)
    return library(root, "libcudart.so")


def cudnn(root):
    """cuDNN's version from its header, else from its library's name; None if not found."""
    for folder in ("usr/include", "usr/include/*-linux-gnu", "usr/local/cuda*/include"):
        for path in sorted(glob.glob(os.path.join(root, folder, "cudnn*.h"))):
            numbers = re.findall(r"#define CUDNN_(?:MAJOR|MINOR|PATCHLEVEL)\s+([0-9]+)", whole(path) or "")
            if len(numbers) == 3:
                return ".".join(numbers)
    return library(root, "libcudnn.so")


def library(root, name):
    """The version in a shared library's file name: the longest, as links have fewer numbers."""
    places = ("usr/local/cuda*/lib64", "usr/local/cuda*/targets/*/lib", "usr/lib/*-linux-gnu", "usr/lib64", "usr/lib")
    paths = [path for place in places for path in glob.glob(os.path.join(root, place, name + ".*"))]
    versions = [os.path.basename(path)[len(name) + 1 :] for path in paths]
    versions = [version for version in versions if re.match(r"[0-9]+(\.[0-9]+)+\Z", version)]
    return max(versions, key=len) if versions else None


def imports(deadline):
    """Import numpy, then TensorFlow unless numpy crashed, each in its own process."""
    numpy = run_import("numpy", NUMPY, deadline)
    if numpy.get("signal") or numpy.get("timeout"):
        return {"numpy": numpy}
    return {"numpy": numpy, "tensorflow": run_import("tensorflow", TENSORFLOW, deadline)}


def run_import(name, more, deadline):
    """Result of an import: `version`, or `error`, or `signal`, or `timeout` (seconds), and its `seconds`."""
    program = IMPORT.replace("{name}", name).replace("{more}", more.rstrip()).replace("{mark}", MARK)
    started = time.time()
    left = max(0.1, deadline - started)
    try:
        run = subprocess.run(
            [sys.executable, "-c", program],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=left,
        )
    except subprocess.TimeoutExpired:
        return {"timeout": round(left, 1)}
    said = [line[len(MARK) :] for line in run.stdout.decode("utf-8", "replace").splitlines() if line.startswith(MARK)]
    result = json.loads(said[-1]) if said else {}
    if run.returncode < 0:
        result["signal"] = signal_name(-run.returncode)
    elif not said:
        last = run.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [f"exit code {run.returncode}"]
        result["error"] = last[0][:400]
    result["seconds"] = round(time.time() - started, 2)
    return result


def signal_name(number):
    """The name of a signal's number, such as SIGILL; `signal 4` if it has none."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {int(number)}"


def whole(path):
    """The first megabyte of a file as text; None if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(1000000).decode("utf-8", "replace")
    except OSError:
        return None


def first_line(path):
    """The first line of a file; None if it is empty or cannot be read."""
    return ((whole(path) or "").splitlines() or [None])[0]


if __name__ == "__main__":
    main(sys.argv[1:])

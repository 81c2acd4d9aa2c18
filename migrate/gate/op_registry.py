"""Make `computing_ops.json`, the list of TensorFlow's ops that only compute, from TensorFlow's own registry of ops.

``python -m poets.migrate.gate.op_registry /opt/tf1/bin/python`` writes it anew: from the TensorFlow of this Python, and
for the ops that newer versions dropped from that of the Python named.
"""

import json
import os
import re
import subprocess
import sys
from typing import Any, Dict, List

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "computing_ops.json")
# An op only computes if nothing of it is named like a place outside: `filename`, `debug_urls`, `shared_name`, `token`.
OUTSIDE_NAME = re.compile(
    "file|path|url|uri|director|host|address|callable|token|pattern|target|server|source|container|device|name$"
)
# Read one by one: registered as stateless and without such a name, and yet they are not for a graph that only computes.
NOT_COMPUTING = {
    "Abort": "ends the process",
    "GcsConfigureCredentials": "sets credentials for files in the cloud",
    "GenerateBigQueryReaderPartitions": "uses the network",
    "RemoteFusedGraphExecute": "runs a graph that is hidden in an attribute",
}
OTHER_MACHINES = ("TPU", "Xla")  # prefixes: ops for accelerators that no photo classifier here runs on
RESOURCES = (20, 21)  # DT_RESOURCE and DT_VARIANT: handles of what lives outside the op, such as a data set of files
ASK = """
import sys
from tensorflow.core.framework import op_def_pb2
try:
    from tensorflow.python.client import pywrap_tf_session as interface
except ImportError:
    from tensorflow.python import pywrap_tensorflow as interface
import tensorflow as tf
ops = op_def_pb2.OpList()
ops.ParseFromString(interface.TF_GetBuffer(interface.TF_GetAllOpList()))
for op in [op for op in ops.op if not hasattr(tf.raw_ops, op.name)]:
    ops.op.remove(op)
with open(sys.argv[1], "wb") as file:
    file.write(ops.SerializeToString())
"""


def reason_against(op: Any) -> str:
    """Why an op is not known to compute only; empty if it is.

    Args:
        op: an OpDef message.
    """
    if op.name in NOT_COMPUTING:
        return NOT_COMPUTING[op.name]
    if op.name.startswith(OTHER_MACHINES):
        return "is for other machines"
    if op.is_stateful:
        return "is stateful"
    for argument in list(op.input_arg) + list(op.output_arg):
        if argument.type in RESOURCES or argument.is_ref:
            return f"has the handle '{argument.name}'"
    for attribute in op.attr:
        if attribute.type in ("func", "list(func)"):
            return f"calls the function '{attribute.name}'"
    for part in list(op.input_arg) + list(op.attr):
        if OUTSIDE_NAME.search(part.name):
            return f"has '{part.name}'"
    return ""


def sorted_out(ops: Any) -> Dict[str, List[str]]:
    """``computing``, ``stateful`` and ``others``: the names of an OpList's ops, sorted."""
    found: Dict[str, List[str]] = {"computing": [], "stateful": [], "others": []}
    for op in ops.op:
        found["computing" if not reason_against(op) else "stateful" if op.is_stateful else "others"].append(op.name)
    return {kind: sorted(names) for kind, names in found.items()}


def registered_by(python: str, file: str) -> Any:
    """(version, OpList) of the public ops that a Python's TensorFlow registers.

    Args:
        python: str, the interpreter.
        file: str, a path to write to.
    """
    from tensorflow.core.framework import op_def_pb2

    program = ASK + "print(tf.__version__)"
    said = subprocess.run([python, "-c", program, file], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    ops = op_def_pb2.OpList()
    with open(file, "rb") as opened:
        ops.ParseFromString(opened.read())
    return said.stdout.decode("utf-8").split()[-1], ops


def make(new: str, old: str, folder: str) -> Dict[str, Dict[str, List[str]]]:
    """The list as JSON: version -> `sorted_out`; of the old version only what the new one no longer has.

    Args:
        new: str, a Python with the newest TensorFlow.
        old: str, one with TensorFlow 1.15.
        folder: str, for what they write.
    """
    version, ops = registered_by(new, os.path.join(folder, "new"))
    names = {op.name for op in ops.op}
    old_version, old_ops = registered_by(old, os.path.join(folder, "old"))
    for op in [op for op in old_ops.op if op.name in names]:
        old_ops.op.remove(op)
    return {version: sorted_out(ops), old_version: sorted_out(old_ops)}


def main() -> int:
    """Write the list; returns the exit code of the process."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder, open(DATA, "w", encoding="utf-8") as file:
        json.dump(make(sys.executable, sys.argv[1], folder), file, indent=0)
        file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

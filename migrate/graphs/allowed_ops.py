"""Ops that act outside their graph: a model is a program, and a downloaded one is untrusted."""

import fnmatch
from typing import Any, Callable, Dict, List, NamedTuple, Sequence

from poets.migrate.task.errors import BadInput


class OutsideOp(NamedTuple):
    op: str
    nodes: List[str]
    why: str


# Patterns of op names, and what these ops can do. TensorFlow's `saved_model_cli scan` denies three of them.
OUTSIDE = (
    (
        "reads files",
        (
            "ReadFile",
            "*Reader*",
            "MatchingFiles",
            "RestoreV2",
            "Restore",
            "RestoreSlice",
            "*LoadDataset*",
            "*RecordDataset*",
            "TextLineDataset*",
            "CSVDataset*",
            "ImmutableConst",
            "*FromFile*",
            "InitializeTableFromTextFile*",
            "LMDB*",
            "LookupTableImport*",
        ),
    ),
    (
        "writes files",
        (
            "WriteFile",
            "Save",
            "SaveV2",
            "SaveSlices",
            "MergeV2Checkpoints",
            "ShardedFilename*",
            "*SaveDataset*",
            "*Summary*Writer*",
            "Write*Summary*",
            "CreateSummary*",
            "SaveDataset*",
            "DebugIdentity*",
            "DebugNan*",
            "DumpTensor*",
        ),
    ),
    ("prints", ("Print", "PrintV2")),
    ("runs Python", ("PyFunc*", "EagerPyFunc")),
    ("loads code or starts processes", ("LoadLibrary*", "*CustomCall*", "TPU*Compile*", "Xla*Compile*")),
    (
        "uses the network",
        (
            "*Rpc*",
            "RemoteCall",
            "_Send",
            "_Recv",
            "_HostSend",
            "_HostRecv",
            "*BigQuery*",
            "*Bigtable*",
            "*PubSub*",
            "DistributedSave",
            "DataService*",
            "RegisterDataset*",
        ),
    ),
)


def functions_of(graph_def: Any) -> Dict[str, Any]:
    """The graph's own functions by name: their bodies run too."""
    return {function.signature.name: function for function in graph_def.library.function}


def outside_ops(graph_def: Any) -> List[OutsideOp]:
    """Every op that reads or writes files, prints, runs Python, loads code or uses the network.

    Args:
        graph_def: a GraphDef message; the bodies of its functions are searched too.
    """
    nodes: Dict[str, List[str]] = {}
    for node in graph_def.node:
        nodes.setdefault(node.op, []).append(node.name)
    for name, function in functions_of(graph_def).items():
        for node in function.node_def:
            nodes.setdefault(node.op, []).append(f"{name}/{node.name}")
    found = []
    for op in sorted(nodes):
        for why, patterns in OUTSIDE:
            if any(fnmatch.fnmatchcase(op, pattern) for pattern in patterns):
                found.append(OutsideOp(op, nodes[op], why))
                break
    return found


def unknown_ops(graph_def: Any, is_known: Callable[[str], bool]) -> List[OutsideOp]:
    """The ops that are neither TensorFlow's (``is_known``) nor the graph's own functions."""
    own = functions_of(graph_def)
    nodes: Dict[str, List[str]] = {}
    for node in graph_def.node:
        if node.op not in own and not is_known(node.op):
            nodes.setdefault(node.op, []).append(node.name)
    return [OutsideOp(op, nodes[op], "is not one of TensorFlow's ops") for op in sorted(nodes)]


def _and_more(nodes: List[str]) -> str:
    return f" and {len(nodes) - 1} more" if len(nodes) > 1 else ""


def refuse(found: Sequence[OutsideOp], allowed: Sequence[str], path: str) -> None:
    """Raise BadInput for the ops found, except those in ``--allow_ops``. Nothing of the graph has run yet."""
    left = [one for one in found if one.op not in allowed]
    if left:
        words = "; ".join(f"{one.op} {one.why} (node '{one.nodes[0]}'{_and_more(one.nodes)})" for one in left)
        raise BadInput(
            f"{path}: not run, as {words}; if you trust it, add --allow_ops {' '.join(one.op for one in left)}"
        )

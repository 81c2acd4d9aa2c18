"""Find the networks that a command's arguments name: single ones, those below folders, and matches of patterns."""

import glob
import os
from typing import List, Sequence

from poets.migrate.graphs.network_files import SAVED_MODEL, checkpoint_prefix, is_saved_model, is_tf2
from poets.migrate.task.errors import BadInput

TF1_ENDINGS = (".pb", ".meta")
ALL_ENDINGS = TF1_ENDINGS + (".keras", ".tflite", ".onnx")


def find_graphs(targets: Sequence[str], of_any_format: bool = False) -> List[str]:
    """The networks that the arguments name, in their order, each once.

    Args:
        targets: list of str, networks, folders or patterns.
        of_any_format: bool, whether those of TensorFlow 2 count where a folder is named.

    Raises:
        BadInput: an argument that names no network.
    """
    found: List[str] = []
    for target in targets:
        if is_saved_model(target) or checkpoint_prefix(target) is not None:
            below = [target]
        elif os.path.isdir(target):
            below = graphs_below(target, of_any_format)
        else:
            below = [target] if os.path.exists(target) else sorted(glob.glob(target, recursive=True))
        if not below:
            raise BadInput(f"GRAPH: nothing at '{target}'; name a frozen graph, a folder of them, or a pattern")
        found.extend(path for path in below if path not in found)
    return found


def graphs_below(folder: str, of_any_format: bool = False) -> List[str]:
    """Frozen graphs, SavedModels and checkpoints with their graphs, in order of their paths.

    Without ``of_any_format``, SavedModels of TensorFlow 2, such as earlier ports, `.keras`, TFLite and ONNX files are
    left out.
    """
    endings = ALL_ENDINGS if of_any_format else TF1_ENDINGS
    found = []
    for above, folders, names in os.walk(folder):
        if SAVED_MODEL in names:
            del folders[:]
            if of_any_format or not is_tf2(os.path.join(above, SAVED_MODEL)):
                found.append(above)
            continue
        found.extend(os.path.join(above, name) for name in names if name.endswith(endings))
    return sorted(found)

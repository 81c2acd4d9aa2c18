"""Metadata and labels inside a model file, as zip members, which Keras and TFLite ignore."""

import json
import zipfile
from typing import Any, Dict, Optional

LABELS_MEMBER = "labels.txt"
METADATA_MEMBER = "poets.json"


def append_metadata(path: str, metadata: Any) -> None:
    """Add metadata and its labels, one per line, to a file.

    A `.keras` file is already a zip, and Keras reads only the members that it knows. A flatbuffer gets a zip appended,
    which its reader never reaches; TFLite's own metadata packs label files in the same way.

    Args:
        path: str, an existing file, changed in place.
        metadata: `poets.migrate.tensorflow_library.signatures.ModelMetadata`.
    """
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as members:
        members.writestr(LABELS_MEMBER, "\n".join(metadata.labels) + "\n")
        members.writestr(METADATA_MEMBER, json.dumps(metadata._asdict()))


def read_metadata(path: str) -> Optional[Dict[str, Any]]:
    """The fields of the metadata in a file, or None if there is none. Does not import TensorFlow."""
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as members:
        if METADATA_MEMBER not in members.namelist():
            return None
        found: Dict[str, Any] = json.loads(members.read(METADATA_MEMBER).decode("utf-8"))
        return found

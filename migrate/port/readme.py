"""The README.md in every port: what it is, what it takes, its proof, and snippets that work."""

import os
from typing import Any, Dict, List

from poets.migrate.port.words import preprocessing_in_words, untold_in_words
from poets.migrate.task.printable import printable

EXAMPLE = "example.jpg"
README = "README.md"


def readme_of(report: Dict[str, Any]) -> str:
    """The README of a port by its report, which has the expected answer for EXAMPLE as ``example``."""
    passed = {name: proof for name, proof in report["targets"].items() if proof["passed"]}
    graph, family = os.path.basename(report["graph"]), report["family"]["name"]
    lines = [
        "# A ported image classifier",
        "",
        f"Ported by poets from `{printable(graph)}`: {family}, {report['classes']} classes.",
        "",
        "## What it takes",
        "",
        f"Photos, resized to {preprocessing_in_words(report['input'])}.",
        f"All of that is inside: give it whole photos, or {_pictures(report)}.",
    ]
    if report["input"]["guessed"]:
        lines += ["", "**The normalisation is a guess**: `poets port --calibrate DIR` measures it on labelled photos."]
    if report["labels_warning"]:
        lines += ["", f"**Warning**: {report['labels_warning']}"]
    lines += ["", "## How it was proven", ""] + _proof(report, passed)
    lines += ["", "## Use it", ""]
    for name in sorted(passed, key=lambda one: (one not in ("savedmodel", "serving"), one)):
        lines += SNIPPETS[name.split("_")[0]](passed[name]["path"].rsplit("/", 1)[-1], report) + [""]
    lines += ["## What to expect", "", f"`{EXAMPLE}`, a painted flower, gets:", ""]
    lines += ["| label | probability |", "| --- | ---: |"]
    lines += [f"| {_cell(one['label'])} | {one['score']:.4f} |" for one in report["example"]]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return printable(text).replace("|", "\\|")


def _pictures(report: Dict[str, Any]) -> str:
    depth = "1], gray" if report["input"]["channels"] == "gray" else "3], RGB"
    return f"pictures float32 [N, {report['input']['size']}, {report['input']['width']}, {depth}, in 0..1"


def _proof(report: Dict[str, Any], passed: Dict[str, Any]) -> List[str]:
    lines = ["| file | pictures | probabilities apart, at most | same top-1 |", "| --- | ---: | ---: | ---: |"]
    for name, proof in passed.items():
        lines.append(
            f"| {name} | {proof['pictures']} | {proof['max_abs']:.2g} | {100 * proof['top1_agreement']:.0f} % |"
        )
    lines += [
        "",
        "It was compared with the original, run in a TensorFlow 1 Session, by a process that did not write it.",
    ]
    untold = untold_in_words(report)
    return lines + (["", untold[0].upper() + untold[1:] + "."] if untold else [])


def _code(language: str, lines: List[str]) -> List[str]:
    return ["```" + language] + lines + ["```"]


def _savedmodel(file: str, report: Dict[str, Any]) -> List[str]:
    code = [
        "import tensorflow as tf",
        "",
        f'model = tf.saved_model.load("{file}")',
        f'photo = tf.io.read_file("{EXAMPLE}")',
        'found = model.signatures["classify_bytes"](image_bytes=tf.stack([photo]))',
        'print(found["labels"][0, 0].numpy().decode(), float(found["scores"][0, 0]))',
    ]
    return _code("python", code)


def _serving(file: str, report: Dict[str, Any]) -> List[str]:
    name = report["serving_name"]
    code = [
        f'docker run -d -p 8501:8501 -v "$PWD/{file}/{name}:/models/{name}" -e MODEL_NAME={name} tensorflow/serving',
        'printf \'{"signature_name": "classify_bytes", "instances": [{"image_bytes": {"b64": "%s"}}]}\' \\',
        f'    "$(base64 < {EXAMPLE} | tr -d "\\n")" | curl -d @- http://localhost:8501/v1/models/{name}:predict',
    ]
    return ["With TensorFlow Serving:", ""] + _code("sh", code)


def _hub(file: str, report: Dict[str, Any]) -> List[str]:
    code = ["import tensorflow_hub as hub", "", f'features = hub.load("{file}")']
    return [f"Features for other layers ({_pictures(report)}):", ""] + _code("python", code)


def _keras(file: str, report: Dict[str, Any]) -> List[str]:
    code = ["import keras", "", f'model = keras.models.load_model("{file}")  # {_pictures(report)}']
    return _code("python", code)


def _label(file: str, report: Dict[str, Any]) -> List[str]:
    return _code("sh", [f"poets label --graph {file} {EXAMPLE}"])


SNIPPETS = {
    "savedmodel": _savedmodel,
    "serving": _serving,
    "hub": _hub,
    "keras": _keras,
    "tflite": _label,
    "onnx": _label,
}

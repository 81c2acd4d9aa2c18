"""Word the verdict, the same in every report."""

from typing import List

from poets.migrate.judge.report.page import OTHER_PHOTOS
from poets.migrate.judge.twins.comparison import TwinsVerdict

NEXT = {
    "labels": "compare the class folders that both sides read",
    "again": "look for what is random: dropout that was left on, a distortion, an uninitialised variable",
    "single": "compare how one photo is labelled with how many are: the batch's dimension, batch norm's mode",
    "export": "compare the exported network and its labels with what was trained",
    "decode": "look at how each side decodes: format, channels, colour order",
    "resize": "look at the resize: TF2's samples at half-pixel centres, TF1's does not",
    "normalize": "look at mean and std: 127.5 and 127.5 for MobileNet, 128 for Inception",
    "distort": "look at the distortion: the enlarged size, where the window is cut, the mirror, the brightness",
    "bottleneck": "the networks differ: compare their weights and the tensor that is read",
    "training": "the training differs: compare loss, learning rate and the order of the batches",
    "logits": "the final layers differ: compare their weights and biases",
    "probabilities": "the softmax differs: compare what is done to the logits",
    "fine-tuning": "the fine-tuning differs: compare which layers are unfrozen, batch norm's mode, dropout and rate",
    "accuracy": "look at the photos that are labelled differently",
}


def reason(verdict: TwinsVerdict) -> str:
    """Where the twins first differ and why; empty if they do not."""
    if verdict.parity:
        return ""
    if verdict.inconclusive:
        return verdict.inconclusive
    return f"first difference at {verdict.first_difference} ({verdict.why})"


def sides(verdict: TwinsVerdict) -> List[str]:
    """One line per twin on what it ran on, and a second if memory ran out."""
    lines = []
    for side, found in verdict.interpreters.items():
        name = side if found.get("twin", side) == side else f"{side} ({found['twin']})"
        devices = sorted({device.split("device:")[-1] for device in found.get("devices", {}).values()})
        keras = f", Keras {found['keras']}" if found["keras"] else ""
        ran_on = ", " + " and ".join(devices) if devices else ""
        lines.append(f"{name}: TensorFlow {found['tensorflow']}{keras}, Python {found['python']}{ran_on}")
        if len({one.get("kernels") for one in verdict.interpreters.values()}) > 1:
            lines[-1] += f"; {found.get('kernels') or 'unknown'} kernels"
        if found.get("halved"):
            works = ", ".join(f"{work} of {int(found['batches'][work])} photos at once" for work in found["halved"])
            lines.append(f"  its memory ran out: {works}")
    return lines


def subject(verdict: TwinsVerdict) -> str:
    """What was compared."""
    return (
        f"{verdict.photos} photos, {len(verdict.labels)} classes"
        f"{'; one twin at a time' if verdict.one_at_a_time else ''}"
    )


def next_step(verdict: TwinsVerdict) -> str:
    """One sentence on what to do next."""
    if verdict.parity:
        return "Next: your own photos with --image_dir DIR; --run_dir DIR keeps the run."
    if verdict.inconclusive:
        return OTHER_PHOTOS
    return f"Next: {NEXT[verdict.first_difference]}."

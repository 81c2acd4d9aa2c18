"""Fuzz the flags of `retrain`: both twins run the whole command, and must do the same or both refuse."""

import os
from typing import Any, Dict, List

import numpy as np
from hypothesis import strategies as st

from poets.migrate.judge.compare import tolerances
from poets.migrate.judge.fuzz import pictures
from poets.migrate.judge.fuzz.sides import Sides, call_both
from poets.migrate.task.files import whole_file
from poets.migrate.task.networks.architectures import EMBEDDED

CLASSES, PHOTOS = 3, 12  # classes in the task, photos per class
# Values drawn for each flag, simplest first; some are invalid on purpose. Rates are small, because large ones make
# rounding errors grow from step to step.
VALUES: Dict[str, Any] = {
    "testing_percentage": (25, 0, 10, 60, 100, 101, -1),
    "validation_percentage": (25, 0, 10, 60, 100, -5),
    "how_many_training_steps": (3, 1, 0, 12, -1),
    "learning_rate": (0.01, 0.1, 1e-6, 0.0, -0.01, "nan", "much"),
    "eval_step_interval": (10, 1, 3, 0, -2),
    "train_batch_size": (100, 1, 4, -1, 0, -7),
    "validation_batch_size": (100, 1, 4, -1, 0, -7),
    "test_batch_size": (-1, 1, 3, 0, -7),
    "random_seed": (0, 1, 12345, 2**31, -1),
    "final_tensor_name": ("final_result", "a/b", "softmax", "", "two words", "0"),
    "intermediate_store_frequency": (0, 1, 2, -1),
    "on_bad_image": ("fail", "skip", "ignore"),
    "random_crop": (0, 20, 100, -1),
    "random_scale": (0, 20, -1),
    "random_brightness": (0, 20, 200, -1),
    "print_misclassified_test_images": (True,),
    "flip_left_right": (True,),
    "no_such_flag": (1,),
}
DEFAULTS = ["--testing_percentage=25", "--validation_percentage=25", "--how_many_training_steps=3"]
LIKELY = ("testing_percentage", "validation_percentage", "how_many_training_steps", "train_batch_size")

Flags = Dict[str, Any]


def flags() -> Any:
    """Hypothesis strategy: up to five flags."""
    one = st.one_of(st.sampled_from(LIKELY), st.sampled_from(list(VALUES))).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(VALUES[name]))
    )
    return st.lists(one, max_size=5).map(dict)


def flag_words(given: Flags) -> List[str]:
    """The flags as words of a command line."""
    words = []
    for name, value in sorted(given.items()):
        words.extend(["--" + name] if value is True else [f"--{name}={value}"])
    return words


def flags_difference(sides: Sides, given: Flags) -> str:
    """The difference between both twins' `retrain` under the same flags, in words."""
    task = os.path.join(sides.folder, "task")
    paint(os.path.join(task, "photos"))
    answers, problem = call_both(
        sides,
        "retrain",
        folder=task,
        argv=["--image_dir=photos", "--architecture=" + EMBEDDED, "--quiet"] + DEFAULTS + flag_words(given),
    )
    if problem or len(answers) < 2:
        return problem
    ours, theirs = (answers[twin][0] for twin in ("legacy", "modern"))
    if ours["code"] != theirs["code"]:
        return (
            f"exit code: legacy {ours['code']}, modern {theirs['code']} "
            f"({ours['said'] or theirs['said'] or 'no output'})"
        )
    for found in (ours, theirs):
        errors = [line for line in found["said"].splitlines() if not line.startswith("warning: ")]
        if found["code"] and len(errors) != 1:
            return f"{found['twin']} says {len(errors)} lines where one is due: {' / '.join(errors)[:200]}"
    return "" if ours["code"] else records_difference(ours["record"], theirs["record"])


def records_difference(ours: Dict[str, Any], theirs: Dict[str, Any]) -> str:
    """The difference between the outcomes in two run records, in words.

    Photos whose two best classes are nearly tied may be labelled differently: accuracies may differ by one photo.
    """
    for name in ("labels", "photos", "kinds", "test_photos"):
        if ours[name] != theirs[name]:
            return f"{name}: legacy {ours[name]}, modern {theirs[name]}"
    if [point["step"] for point in ours["curve"]] != [point["step"] for point in theirs["curve"]]:
        return f"evaluations: legacy {len(ours['curve'])}, modern {len(theirs['curve'])}, or at other steps"
    for mine, yours in zip(ours["curve"], theirs["curve"]):
        loss = [point["cross_entropy"] for point in (mine, yours)]
        if not np.isclose(loss[0], loss[1], rtol=tolerances.LOSSES, atol=tolerances.LOSSES, equal_nan=True):
            return f"cross entropy at step {int(mine['step'])}: legacy {loss[0]:g}, modern {loss[1]:g}"
    apart = abs(len(ours["misclassified"]) - len(theirs["misclassified"]))
    return f"{apart} test photos labelled differently" if apart > 1 else ""


def paint(folder: str) -> None:
    """Paint the task's photos once: each class is a colour, with steps of grey over it."""
    for label in range(CLASSES):
        for number in range(PHOTOS):
            path = os.path.join(folder, f"class {label}", f"{number}.jpg")
            if not os.path.exists(path):
                red, green, blue = (40 + 80 * ((label + channel) % CLASSES) + 5 * number for channel in range(3))
                picture = pictures.Picture("jpeg", "RGB", 24, 24, "steps", (red, green, blue), 0, 90, 0, False, 1, 0)
                with whole_file(path) as temporary, open(temporary, "wb") as file:
                    file.write(pictures.encode(picture))

"""What a report of `poets port` says in words, on the screen and in a port's README."""

from typing import Any, Dict

from poets.migrate.task.photos.preprocessing import numbers_in_words


def preprocessing_in_words(found: Dict[str, Any]) -> str:
    """A report's input in one line: size, channels, mean and std, and where they come from."""
    size = f"{found['size']} px" if found["size"] == found["width"] else f"{found['size']} x {found['width']} px"
    order = "" if found["channels"] == "rgb" else f", {found['channels']}"
    source = ("guessed: " if found["guessed"] else "") + found["normalization_from"]
    numbers = [numbers_in_words(found[name]) for name in ("mean", "std")]
    return f"{size}{order}, mean {numbers[0]} and std {numbers[1]} ({source})"


def untold_in_words(report: Dict[str, Any]) -> str:
    """What the proof's pictures cannot show, and what to do; empty if they show every mistake that was tried."""
    found = sorted({name for proof in report["targets"].values() for name in proof.get("untold", [])})
    if not found:
        return ""
    return (
        f"the pictures show little: {', '.join(found)} would have passed too, because the original answers them all "
        "alike; --probe DIR takes photos of the task"
    )

"""Shorten a TensorFlow error to one line: its messages are long, and the cause is not at the beginning."""

import re

LONGEST = 240  # characters


def reason_of(error: Exception) -> str:
    """The most informative line of an error's message, without control characters."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    chosen = lines[0] if lines else type(error).__name__
    if chosen.startswith("Graph execution error"):
        after = [number for number, line in enumerate(lines[:-1]) if line.startswith("Node: '")]
        said = lines[after[-1] + 1 :] if after else lines[1:]
        chosen = next((line for line in said if not line.startswith(("[[", "(0)", "(1)"))), chosen)
    chosen = re.sub(r" \[Op:\w+\].*$", "", chosen)
    return "".join(letter if letter.isprintable() else "?" for letter in chosen)[:LONGEST]

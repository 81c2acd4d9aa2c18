"""Version numbers, as far as the doctor compares them: the numbers before any `+nv22.1`, `rc1` or `.dev`."""

import re
from typing import Optional, Tuple

_CLAUSE = re.compile(r"\s*(~=|==|!=|<=|>=|<|>)\s*([0-9]+(?:\.[0-9]+)*)(\.\*)?\s*\Z")


def release(version: Optional[str]) -> Tuple[int, ...]:
    """`2.7.0+nv22.1` as (2, 7, 0); empty if it is not a version."""
    found = re.match(r"[0-9]+(?:\.[0-9]+)*", version or "")
    return tuple(int(part) for part in found.group(0).split(".")) if found else ()


def minor(version: Optional[str]) -> Tuple[int, ...]:
    """The first two numbers: (2, 7), and (3, 0) for `3`; empty if it is not a version."""
    found = release(version)
    return (found + (0,))[:2] if found else ()


def satisfies(version: str, demanded: str) -> Optional[bool]:
    """Whether a version satisfies a specifier such as `<8.0.0,>=6.31.1` (PEP 440); None if either cannot be read."""
    clauses = [_CLAUSE.match(clause) for clause in demanded.split(",")]
    found = release(version)
    if not found or not all(clauses):
        return None
    return all(_holds(found, one.group(1), release(one.group(2)), one.group(3)) for one in clauses if one)


def _holds(found: Tuple[int, ...], sign: str, limit: Tuple[int, ...], star: Optional[str]) -> bool:
    if star:
        return (found[: len(limit)] == limit) == (sign == "==")
    size = max(len(found), len(limit))
    here, there = (numbers + (0,) * (size - len(numbers)) for numbers in (found, limit))
    if sign == "~=":  # ~=1.19.2 is >=1.19.2,==1.19.*
        return here >= there and found[: len(limit) - 1] == limit[:-1]
    return {
        "==": here == there,
        "!=": here != there,
        "<": here < there,
        "<=": here <= there,
        ">": here > there,
        ">=": here >= there,
    }[sign]

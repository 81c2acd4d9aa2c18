"""The lines of NVIDIA's tegrastats, from TK1 to Thor, read by key: the order of the fields does not matter.

A field is recognized by its key and its complete format. A number without a unit counts only after a known key, so
that a partial field is never taken for another. Words that no rule matches are kept and are no error. Meaning of the
fields: NVIDIA's table in the L4T 32.5 guide (AppendixTegraStats). Their formats: 50 lines from all releases,
2017 to 2026.
"""

import datetime
import re
from typing import Any, Callable, Dict, List, Match, NamedTuple, Optional, Pattern

from poets.migrate.monitor.sources.sample import (
    Clock,
    Core,
    FreeBlocks,
    InternalRam,
    Memory,
    Mts,
    Power,
    Sample,
    SwapMemory,
)

NO_SENSOR = -256  # degrees C, which L4T 35 prints for a sensor in a unit that is switched off

_PIECES = {
    "number": r"[0-9]{1,9}(?:\.[0-9]{1,6})?",  # bounded: Python 3.11 rejects integers of over 4300 digits
    "load": r"(?:100|[0-9]{1,2}(?:\.[0-9]{1,6})?)%",
    "name": r"[A-Za-z][A-Za-z0-9_.+-]*",
    "rail": r"(?:VDD|VIN|POM|SYS)[A-Z0-9_]*|NC|SOC|CV|CPU|GPU",
    "engine": r"(?:EMC|GR3D(?:_PCI)?|APE|AVP|VDE|MSENC|NVENC|NVDEC|NVJPG|NVDLA|OFA|PVA|VIC)[0-9]?(?:_FREQ)?",
    "no_engine": r"(?:RAM|SWAP|IRAM|VRAM|CPU|cpu|MTS|fg|bg|EDP|limit)\s",  # the words of the other fields
}
_PIECES["mhz"] = r"@(?:{number}|\[{number}(?:,{number})*\])".format(**_PIECES)
_PIECES["core"] = r"(?:off|{load}(?:@{number})?|@{number})".format(**_PIECES)

Fields = Dict[str, Any]


def parse_line(line: str) -> Sample:
    """One line of tegrastats.

    Never raises: malformed fields go into ``unknown``, and so does the second of a duplicate field (except NC, see
    `_power`).
    """
    fields: Fields = {}
    unknown: List[str] = []
    place = 0
    while True:
        place = _SPACE.match(line, place).end()  # type: ignore[union-attr]
        if place == len(line):
            return Sample(unknown=tuple(unknown), **fields)
        end = _end_of_field(line, place, fields)
        if end is None:
            end = _WORD.match(line, place).end()  # type: ignore[union-attr]
            unknown.append(line[place:end])
        place = end


def _end_of_field(line: str, place: int, fields: Fields) -> Optional[int]:
    """Add the field that begins at ``place`` to ``fields``; returns where it ends, or None if no rule matches."""
    for rule in _RULES:
        found = rule.pattern.match(line, place)
        if found and rule.take(fields, found):
            return found.end()
    return None


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)


def _optional(text: Optional[str]) -> Optional[float]:
    return None if text is None else _number(text)


def _put(fields: Fields, key: str, value: Any) -> bool:
    """Set a field and return True, or False if it is already set."""
    if key in fields:
        return False
    fields[key] = value
    return True


def _time(fields: Fields, found: Match) -> bool:
    year, month, day, hour, minute, second = map(int, found.group("year", "month", "day", "hour", "minute", "second"))
    try:
        return _put(fields, "time", datetime.datetime(year, month, day, hour, minute, second))
    except ValueError:  # a thirteenth month
        return False


def _ram(fields: Fields, found: Match) -> bool:
    used, total, blocks, size, unit = found.groups()
    if blocks and "ram_mb" not in fields:
        fields["lfb"] = FreeBlocks(int(blocks), int(size) * (1024 if unit == "MB" else 1))
    return _put(fields, "ram_mb", Memory(_number(used), _number(total)))


def _swap(fields: Fields, found: Match) -> bool:
    used, total, cached = found.groups()
    return _put(fields, "swap_mb", SwapMemory(_number(used), _number(total), _optional(cached)))


def _internal_ram(fields: Fields, found: Match) -> bool:
    used, total, largest_free = found.groups()
    return _put(fields, "iram_kb", InternalRam(_number(used), _number(total), _optional(largest_free)))


def _gpu_memory(fields: Fields, found: Match) -> bool:
    return _put(fields, "gpu_memory_mb", Memory(*map(_number, found.groups())))


def _cores(fields: Fields, found: Match) -> bool:
    """The cores; older releases, and the newest, print one clock for all."""
    words, common = found.groups()
    return _put(fields, "cpu", tuple(_core(word, common) for word in words.split(",")))


def _core(word: str, common: Optional[str]) -> Core:
    if word == "off":
        return Core()
    load, _, mhz = word.partition("@")
    return Core(_optional(load[:-1] or None), _optional(mhz or common))


def _mts(fields: Fields, found: Match) -> bool:
    return _put(fields, "mts", Mts(*(_number(load[:-1]) for load in found.groups())))


def _edp_limit(fields: Fields, found: Match) -> bool:
    return _put(fields, "edp_limit", _number(found.group(1)))


def _temperature(fields: Fields, found: Match) -> bool:
    name, now, peak = found.groups()
    degrees = _number(now)
    if not _put(fields.setdefault("temperature_c", {}), name, None if degrees == NO_SENSOR else degrees):
        return False
    if peak:
        fields.setdefault("temperature_peak_c", {})[name] = _number(peak)
    return True


def _power(fields: Fields, found: Match) -> bool:
    """A rail. L4T 35 prints NC (not connected) more than once: the second is NC#2."""
    name, values = found.groups()
    rails = fields.setdefault("power_mw", {})
    alike = sum(rail.split("#")[0] == "NC" for rail in rails) if name == "NC" else 0
    power = Power(*map(_number, values.replace("mW", "").split("/")))
    return _put(rails, f"NC#{int(alike + 1)}" if alike else name, power)


def _clocked(fields: Fields, found: Match) -> bool:
    """A clocked unit: `53%@140`, `0%@[305,305]`, `@4266`, `0%` (as not root), `729` (MHz) or `off`."""
    name, value = re.sub("_FREQ$", "", found.group(1)), found.group(2)
    load, percent, mhz = value.rpartition("%")
    clock = Clock(
        _number(load) if percent else None,
        () if mhz in ("", "off") else tuple(map(_number, mhz.strip("@[]").split(","))),
    )
    if name in ("GR3D", "EMC"):
        return _put(fields, "gpu" if name == "GR3D" else "emc", clock)
    return _put(fields.setdefault("engines", {}), name, clock)


class _Rule(NamedTuple):
    pattern: Pattern
    take: Callable[[Fields, Match], bool]
    """Adds the match to the fields; returns False if it is not a field of this kind."""


def _rule(pattern: str, take: Callable[[Fields, Match], bool]) -> _Rule:
    whole = re.sub("{([a-z_]+)}", lambda piece: f"(?:{_PIECES[piece.group(1)]})", pattern)
    return _Rule(re.compile(rf"(?:{whole})(?=\s|\Z)", re.ASCII), take)


_SPACE = re.compile(r"\s*", re.ASCII)
_WORD = re.compile(r"\S+", re.ASCII)
_RULES = (
    _rule(r"(?P<month>\d\d)-(?P<day>\d\d)-(?P<year>\d{4})\s+(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)", _time),
    # prefixes that users' own loggers add to a line
    _rule(
        r"\[(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d) (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)\](?: :)?",
        _time,
    ),
    _rule(r"RAM\s+({number})/({number})MB(?:\s*\(lfb\s+(\d{1,9})x(\d{1,9})(MB|kB)\))?", _ram),
    _rule(r"SWAP\s+({number})/({number})MB(?:\s*\(cached\s+({number})MB\))?", _swap),
    _rule(r"IRAM\s+({number})/({number})kB(?:\s*\(lfb\s+({number})kB\))?", _internal_ram),
    _rule(r"VRAM\s+({number})/({number})MB", _gpu_memory),  # not tegrastats': `format_line` writes it
    _rule(r"(?:CPU|cpu)\s+\[({core}(?:,{core})*)\](?:@({number}))?", _cores),
    _rule(r"MTS\s+fg\s+({load})\s+bg\s+({load})", _mts),
    _rule(r"EDP\s+limit\s+({number})", _edp_limit),
    _rule(r"({name})@(-?{number})C(?:/(-?{number})C)?", _temperature),
    _rule(r"({name})\s+({number}mW(?:/{number}mW){0,2})", _power),
    _rule(r"({rail})\s+({number}(?:/{number}){1,2})", _power),
    _rule(r"({engine})\s+({load}|{number}|off)", _clocked),
    _rule(r"(?!{no_engine})({name})\s+({load}?{mhz})", _clocked),
)

"""The parser of tegrastats by its properties: round trip, order of fields, corruption."""

import datetime
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from parity_tests.fixtures.machines import recorded_lines as recorded
from parity_tests.fixtures.machines.sample_numbers import numbers_of
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
    sample_as_json,
)
from poets.migrate.monitor.sources.tegrastats import parse_line
from poets.migrate.monitor.sources.tegrastats_format import format_line

counts = st.integers(0, 10**6)
decimals = st.one_of(counts, st.integers(0, 10**8).map(lambda number: number / 1000))
loads = st.one_of(st.integers(0, 100), st.integers(0, 999).map(lambda number: number / 10))
names = st.sampled_from(["GPU", "CPU", "PLL", "Tboard", "thermal", "iwlwifi", "max170xx", "tj", "x86_pkg_temp"])
engines = st.sampled_from(["APE", "AVP", "VDE", "NVENC", "NVJPG1", "PVA0", "GR3D2", "GR3D_PCI", "VIC"])
rails = st.sampled_from(["VDD_IN", "VDD_4V0_WIFI", "GPU", "CPU", "SYS5V", "NC", "POM_5V_IN", "VIN"])
clocks = st.builds(Clock, st.none() | loads, st.lists(decimals, max_size=3).map(tuple))
powers = st.lists(counts, min_size=1, max_size=3).map(lambda values: Power(*values))
samples = st.builds(
    Sample,
    time=st.none()
    | st.datetimes(datetime.datetime(1970, 1, 1), datetime.datetime(2099, 1, 1)).map(
        lambda time: time.replace(microsecond=0)
    ),
    ram_mb=st.builds(Memory, decimals, decimals),
    lfb=st.none() | st.builds(FreeBlocks, counts, st.integers(1, 4096)),
    swap_mb=st.none() | st.builds(SwapMemory, counts, counts, st.none() | counts),
    iram_kb=st.none() | st.builds(InternalRam, counts, counts, st.none() | counts),
    gpu_memory_mb=st.none() | st.builds(Memory, counts, counts),
    cpu=st.lists(st.builds(Core, st.none() | loads, st.none() | decimals), max_size=12).map(tuple),
    gpu=st.none() | clocks,
    emc=st.none() | clocks,
    engines=st.dictionaries(engines, clocks),
    temperature_c=st.dictionaries(names, st.none() | st.integers(-255, 255) | decimals),
    temperature_peak_c=st.just({}),
    power_mw=st.dictionaries(rails, powers),
    mts=st.none() | st.builds(Mts, loads, loads),
    edp_limit=st.none() | counts,
    unknown=st.lists(st.sampled_from(["?", "NEW_FIELD=3", "12V"])).map(tuple),
)


@settings(max_examples=50)
@given(samples, st.dictionaries(names, decimals))
def test_a_sample_written_as_a_line_is_read_back_as_it_was(sample, peaks):
    sample = sample._replace(
        temperature_peak_c={name: peak for name, peak in peaks.items() if name in sample.temperature_c}
    )
    assert parse_line(format_line(sample)) == sample


# where one field of a recorded line ends and the next begins
_FIELD = re.compile(
    r"(?:RAM|SWAP|IRAM|EDP|MTS)[^(]*?(?:\([^)]*\)|limit \S+|bg \S+)|(?:cpu|CPU) \[\S+|[0-9-]+ [0-9:]+"
    r"|\S+@-?[0-9]\S*C|\S+\s+\S+"
)


def fields_of(line):
    fields = _FIELD.findall(line)
    assert "".join(fields).replace(" ", "") == line.replace(" ", "")
    return fields


@given(st.sampled_from(recorded.ALL), st.randoms(use_true_random=False))
def test_the_order_of_the_fields_does_not_matter(line, random):
    fields = fields_of(line)
    random.shuffle(fields)
    shuffled = parse_line("  ".join(fields))
    assert shuffled == parse_line(line)


def leaves(part, path=()):
    """Every value of a sample's JSON by its path, but for unknown words."""
    if isinstance(part, dict):
        inner = [item for item in part.items() if item[0] != "unknown"]
    elif isinstance(part, list):
        inner = list(enumerate(part))
    else:
        return {path: part}
    return {key: value for name, one in inner for key, value in leaves(one, path + (name,)).items()}


@given(st.sampled_from(recorded.ALL), st.data())
def test_a_spoilt_character_spoils_its_own_field_only(line, data):
    place = data.draw(st.integers(0, len(line) - 1))
    spoilt = parse_line(line[:place] + "?" + line[place + 1 :])
    whole = leaves(sample_as_json(parse_line(line)))
    told = leaves(sample_as_json(spoilt))
    assert all(whole[path] == value for path, value in told.items() if value is not None)
    if not line[place].isspace():
        assert any("?" in word for word in spoilt.unknown) and told != whole


edits = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.sampled_from(["insert", "delete", "replace", "cut"]),
        st.text("0123456789%@/[](),-.mWMBkCofx \t\0\u0663", min_size=1, max_size=3),
    ),
    max_size=8,
)


@settings(max_examples=200)
@given(st.sampled_from(recorded.ALL), edits)
def test_no_corruption_raises_or_makes_up_a_number(line, changes):
    for share, what, text in changes:
        place = int(share * len(line))
        line = {
            "insert": line[:place] + text + line[place:],
            "delete": line[:place] + line[place + 1 :],
            "replace": line[:place] + text + line[place + len(text) :],
            "cut": line[:place],
        }[what]
    sample = parse_line(line)
    printed = {float(text) for text in re.findall(r"-?[0-9]+(?:\.[0-9]+)?", line, re.ASCII)}
    printed |= {abs(number) for number in printed}
    assert set(numbers_of(sample)) <= printed
    format_line(sample)


@given(st.text())
def test_any_text_is_read_without_an_error(text):
    parse_line(text)

"""The table of architectures, and the names it offers for a wrong one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poets.migrate.task.errors import BadInput
from poets.migrate.task.networks import architectures


def test_the_table():
    table = architectures.all_architectures()
    names = [architecture.name for architecture in table]
    assert len(names) == len(set(names)) == 34  # Inception v3, 32 MobileNets, the one that comes with poets
    assert names[-1] == architectures.EMBEDDED and sum(name.endswith("_quantized") for name in names) == 16
    for architecture in table:
        assert architectures.find_architecture(architecture.name.upper()) == architecture
        size = re.search("_(224|192|160|128)", architecture.name)
        assert not size or architecture.input_size == int(size.group(1))
    known = {one.data_url: one.archive_sha256 for one in table if one.archive_sha256}
    assert len(known) == len(architectures.ARCHIVES) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", sha256) for sha256 in known.values())
    inception = architectures.find_architecture("inception_v3")
    assert (inception.input_tensor, inception.input_size, inception.bottleneck_size) == ("Mul:0", 299, 2048)
    assert (inception.input_mean, inception.input_std) == (128, 128)


@given(st.sampled_from([architecture.name for architecture in architectures.all_architectures()]), st.data())
def test_a_slip_of_the_finger_is_offered_the_right_name(name, data):
    at = data.draw(st.integers(0, len(name) - 1))
    slipped = name[:at] + name[at + 1 :]
    with pytest.raises(BadInput) as refusal:
        architectures.find_architecture(slipped)
    assert f"unknown architecture '{slipped}'; did you mean " in str(refusal.value)


def test_nothing_like_any():
    with pytest.raises(BadInput, match="known: inception_v3, mobilenet_<width>_<size>"):
        architectures.find_architecture("qqq")

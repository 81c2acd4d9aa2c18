"""The stages of labelling and what lies between two of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poets.migrate.task import stages
from poets.migrate.task.errors import BadInput


@given(st.integers(0, 6), st.integers(0, 6))
def test_stages_between(start, end):
    names = (stages.ENCODED,) + stages.STAGES
    if start < end:
        assert stages.stages_between(names[start], names[end]) == list(names[start + 1 : end + 1])
    else:
        with pytest.raises(BadInput, match="does not come before"):
            stages.stages_between(names[start], names[end])


def test_unknown_stage():
    with pytest.raises(BadInput, match="unknown stage 'pool'; known: encoded, decode"):
        stages.stages_between("pool", "logits")

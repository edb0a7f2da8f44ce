"""Every reader answers every text with a value or an error of the library; what was once found stays found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.inputs import seeds, texts
from fuzz.targets import JSON_TARGETS, TARGETS


@pytest.mark.no_cover
@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_and_every_finding_is_answered(name):
    assert seeds(name)
    for text in seeds(name):
        TARGETS[name](text)


@pytest.mark.parametrize("name", TARGETS)
@given(data=st.data())
def test_a_changed_seed_is_answered(name, data):
    TARGETS[name](data.draw(texts(name, is_json=name in JSON_TARGETS)))

from __future__ import annotations

import dataclasses
from enum import Enum

import pytest

from assistant import types
from assistant.types import answers, articles, checks


@pytest.mark.parametrize("module", [answers, articles, checks])
def test_every_value_is_exported_and_frozen(module):
    own = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }
    assert own
    assert set(own) <= set(types.__all__)
    for value in own.values():
        if dataclasses.is_dataclass(value):
            assert value.__dataclass_params__.frozen, value
        else:
            assert issubclass(value, Enum), value

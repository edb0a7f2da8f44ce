"""Two ways to run the property-based tests: "ci" is the same every time, "long" looks further. And what is counted.

The tracer of coverage makes all Python two to three times slower, so it rests where nothing new is to be seen: while
the tests are read, and after the first examples of a test that draws. A test that takes long over what shorter ones
reach is marked `no_cover`, and is not counted at all.
"""

import importlib
import os
import pkgutil
import sys
from contextlib import contextmanager, suppress
from functools import _lru_cache_wrapper, wraps

import pytest
from hypothesis import HealthCheck, settings

import taper

settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    max_examples=20,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", settings.get_profile("ci"), derandomize=False, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

_COUNTED = 10
"""How many examples of a test that draws are counted."""


@contextmanager
def resting():
    """Without a tracer. In a worker of xdist, `no_cover` of pytest-cov stops one of two and wakes the other."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session):
    """Every module is loaded while coverage counts; it rests while the tests are read, rewritten and listed.

    What was read from files meanwhile is forgotten, so that a test reads it and is counted.
    """
    if sys.gettrace() is None:
        return (yield)
    for module in pkgutil.walk_packages(taper.__path__, "taper."):
        if not module.name.endswith("__main__"):
            with suppress(taper.MissingExtra):
                importlib.import_module(module.name)
    with resting():
        listed = yield
    for name in [name for name in sys.modules if name.startswith("taper.")]:
        for held in vars(sys.modules[name]).values():
            if isinstance(held, _lru_cache_wrapper):
                held.cache_clear()
    return listed


@contextmanager
def counting(handle):
    """With the tracer for the first examples of a test that draws, and without it for the rest."""
    tracer, drawn, left = sys.gettrace(), handle.inner_test, iter(range(_COUNTED))

    @wraps(drawn)
    def example(*given, **named):
        if next(left, None) is None:
            sys.settrace(None)
        return drawn(*given, **named)

    handle.inner_test = example
    try:
        yield
    finally:
        handle.inner_test = drawn
        sys.settrace(tracer)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item):
    handle = getattr(getattr(item, "obj", None), "hypothesis", None)
    if sys.gettrace() is None:
        return (yield)
    if item.get_closest_marker("no_cover"):
        with resting():
            return (yield)
    if handle is not None and hasattr(handle, "inner_test"):
        with counting(handle):
            return (yield)
    return (yield)

"""Two ways to run the property-based tests: "ci" is the same every time, "long" looks further. And what is counted.

The tracer of coverage makes all Python two to three times slower, so it rests where nothing new is to be seen: while
the tests are read, and in tests that draw. So the lines and branches of the library are reached by examples that are
written down. A test that draws and is counted all the same is marked `counted`; another that takes long over what
shorter ones reach is marked `no_cover`.
"""

import importlib
import os
import pkgutil
import sys
from contextlib import contextmanager, suppress

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
    """Every module is loaded while coverage counts; it rests while the tests are read, rewritten and listed."""
    if sys.gettrace() is None:
        return (yield)
    for module in pkgutil.walk_packages(taper.__path__, "taper."):
        if not module.name.endswith("__main__"):
            with suppress(taper.MissingExtra):
                importlib.import_module(module.name)
    with resting():
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item):
    if not item.get_closest_marker("no_cover"):
        return (yield)
    with resting():
        return (yield)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("hypothesis") and not item.get_closest_marker("counted"):
            item.add_marker("no_cover")

"""Tests that are loaded once, and run again in a forked process for each change.

A change within a function is tried in a fork of a process that has loaded the library and collected the tests: there
the functions of the module are given their changed code, and the tests that reach the changed lines are run. What runs
while modules are imported or tests collected would be too late to change there, so a change of it is tried in a process
that has loaded neither. No file is written.
"""

import gc
import importlib.machinery
import inspect
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from functools import _lru_cache_wrapper
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest

from mutation.changes import Change, changed, functions_of
from mutation.reached import Lines, Module, Reached

_OPTIONS = ["-q", "-p", "no:cacheprovider", "--assert=plain"]
_MEMORY = 8 * 2**30
_WRONG = 70


class Warm:
    """Plugin of a run that collects the tests, sees what each reaches, and then tries the changes one by one."""

    def __init__(self, modules: list[Module], drawn: list[tuple[int, Change]], most: int, answers: Connection) -> None:
        self.modules, self.drawn, self.most, self.answers = modules, drawn, most, answers
        self.codes = {str(module.path): compile(module.tree, str(module.path), "exec") for module in modules}
        self.reached = Reached()
        self.items: dict[str, pytest.Item] = {}

    @contextmanager
    def watching(self, seen: Lines) -> Iterator[None]:
        def local(frame: FrameType, event: str, _: object) -> Any:
            seen.add((frame.f_code.co_filename, frame.f_lineno))
            return local

        def called(frame: FrameType, event: str, _: object) -> Any:
            return local if frame.f_code.co_filename in self.codes and frame.f_code.co_name != "<module>" else None

        before = sys.gettrace()
        sys.settrace(called)
        threading.settrace(called)
        try:
            yield
        finally:
            sys.settrace(before)
            threading.settrace(before)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Any:
        with self.watching(self.reached.early.setdefault(collector.nodeid.split("::")[0], set())):
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        without_shrinking()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        sys.settrace(None)
        self.items = {item.nodeid: item for item in session.items}
        forget_what_was_read()
        self.warm_up()
        self.reached = answer_of(self.run_watched)
        self.reached.index()
        self.answers.send(self.reached)
        if not self.reached.failed:
            for number, change in self.drawn:
                late = self.reached.files_too_late(self.modules[number], change)
                if "" not in late and ((noticed := self.notices(self.modules[number], change, late)) or not late):
                    self.answers.send((number, change, noticed))
        self.answers.send(None)
        return True

    def warm_up(self) -> None:
        """Read the shipped formulary before the forks, where that runs nothing of the modules that are tried."""
        import taper

        def read() -> Lines:
            seen: Lines = set()
            with self.watching(seen):
                taper.Formulary.shipped()
            return seen

        if not answer_of(read):
            taper.Formulary.shipped()

    def run_watched(self) -> Reached:
        made = Reached(self.reached.early)
        plugin = FirstFailure(lambda _: setattr(made, "failed", True))
        next(iter(self.items.values())).config.pluginmanager.register(plugin)
        held = caches_in(self.codes)
        for name, item in self.items.items():
            for cache in held:  # what one test has read is reached by the others too
                cache.cache_clear()
            seen: Lines = set()
            begun = time.process_time()
            with self.watching(seen):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            made.tests[name] = (time.process_time() - begun, seen)
        return made

    def notices(self, module: Module, change: Change, late: set[str]) -> bool:
        """Whether a test fails, or takes far more CPU than without the change; those of some files are not tried."""
        chosen = self.reached.chosen(module, change, self.most, but=late)
        new = compile(changed(module.tree, change), str(module.path), "exec")

        def run(fails: Callable[[str], object]) -> None:
            replace(self.codes[str(module.path)], new)
            config = next(iter(self.items.values())).config
            config.pluginmanager.register(Chosen(chosen, self.reached, fails))
            for name in chosen:
                config.hook.pytest_runtest_protocol(item=self.items[name], nextitem=None)

        failed = failure_of(run) if chosen else None
        if failed:
            self.reached.noticed[str(module.path), failed] += 1
        return failed is not None


class FirstFailure:
    """Plugin that does something with the name of a test that fails, before anything is spent on a report."""

    def __init__(self, then: Callable[[str], object]) -> None:
        self.then = then

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        if call.excinfo is not None and not isinstance(call.excinfo.value, pytest.skip.Exception):
            self.then(item.nodeid)


class Chosen(FirstFailure):
    """Plugin that runs chosen tests in their order, then those that no one has seen before, and ends one that hangs."""

    def __init__(self, chosen: list[str], reached: Reached, fails: Callable[[str], object]) -> None:
        super().__init__(fails)
        self.order = {name: number for number, name in enumerate(chosen)}
        self.tests = reached.tests

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        seconds, _ = self.tests.get(nodeid, (1, None))
        signal.setitimer(signal.ITIMER_PROF, 3 + 4 * seconds)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        without_shrinking()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        held = [item for item in items if item.nodeid in self.order or item.nodeid not in self.tests]
        items[:] = sorted(held, key=lambda item: self.order.get(item.nodeid, len(self.order)))


def without_shrinking() -> None:
    """That an example fails is enough; the smallest one is not looked for."""
    from hypothesis import Phase, settings

    settings.register_profile("mutation", settings.get_profile("ci"), phases=[Phase.explicit, Phase.generate])
    settings.load_profile("mutation")


def forget_what_was_read() -> None:
    """Empty the caches that were filled while tests were collected."""
    for held in gc.get_objects():
        if isinstance(held, _lru_cache_wrapper) and held.__module__.startswith("taper."):
            held.cache_clear()


def caches_in(files: Container[str]) -> list[Any]:
    """The caches of functions of some files."""
    held = [item for item in gc.get_objects() if isinstance(item, _lru_cache_wrapper)]
    return [item for item in held if inspect.unwrap(item).__code__.co_filename in files]


def replace(old: CodeType, new: CodeType) -> None:
    """Give each living function of a module the code that it has in the changed module."""
    pairs = {id(a): b for a, b in zip(functions_of(old), functions_of(new), strict=True) if a != b}
    for held in gc.get_objects():
        if isinstance(held, FunctionType) and id(held.__code__) in pairs:
            held.__code__ = pairs[id(held.__code__)]


def load_instead(codes: dict[str, CodeType]) -> None:
    """From here on, files are imported with the code that is given for them."""
    read = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: importlib.machinery.SourceFileLoader, fullname: str) -> Any:
        return codes.get(self.path) or read(self, fullname)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign,assignment]


def notices_cold(module: Module, change: Change, most: int, reached: Reached) -> bool:
    """Whether the tests notice a change, in a process that loads the library with it."""
    chosen = reached.chosen(module, change, most)
    files = {name.split("::")[0] for name in chosen} | reached.files_too_late(module, change) - {""}

    def run(fails: Callable[[str], object]) -> None:
        load_instead({str(module.path): compile(changed(module.tree, change), str(module.path), "exec")})
        code = pytest.main([*_OPTIONS, *sorted(files)], plugins=[Chosen(chosen, reached, fails)])
        if code:
            fails("")

    failed = failure_of(run) if files else None
    if failed:
        reached.noticed[str(module.path), failed] += 1
    return failed is not None


def try_warm(
    modules: list[Module], drawn: list[tuple[int, Change]], most: int, tests: tuple[str, ...]
) -> Iterator[Any]:
    """What the tests reach, and then for each change that can be tried in a fork: number of module, change, noticed."""
    answers, told = Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        hide_output()
        warm = Warm(modules, drawn, most, told)
        load_instead(warm.codes)
        with warm.watching(warm.reached.early.setdefault("", set())):
            pytest.main([*_OPTIONS, *tests], plugins=[warm])
        os._exit(0)
    told.close()
    while (answer := answers.recv()) is not None:
        yield answer
    os.waitpid(child, 0)


def answer_of(work: Callable[[], Any]) -> Any:
    """What work answers in a forked process; nothing it did is left here."""
    answers, told = Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        told.send(work())
        os._exit(0)
    told.close()
    got = answers.recv()
    os.waitpid(child, 0)
    return got


def failure_of(work: Callable[[Callable[[str], object]], object]) -> str | None:
    """What fails in a forked process: what work says, empty if it takes too much CPU, and none if all is well."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, 60)
        hide_output()

        def fails(name: str) -> None:
            os.write(write, name.encode())
            os._exit(1)

        try:
            work(fails)
        except Exception:
            os._exit(_WRONG)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as said:
        name = said.read()
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == _WRONG:
        raise AssertionError("the trial failed, not a test")
    return None if code == 0 else name


def hide_output() -> None:
    hidden = os.open(os.devnull, os.O_WRONLY)
    os.dup2(hidden, 1)
    os.dup2(hidden, 2)

"""Tests that are loaded once, and run again in a forked process for each change.

A change within a function is tried in a fork of a process that has loaded the library and collected the tests: there
the functions of the module are given their changed code, and the tests that reach the changed lines are run. What runs
while modules are imported or tests collected would be too late to change there, so a change of it is tried in a process
that has loaded neither. No file is written.
"""

import ast
import gc
import importlib.machinery
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, NoReturn

import pytest

from mutation.changes import Change, changed, functions_of

_OPTIONS = ["-q", "-p", "no:cacheprovider", "--assert=plain"]
_MEMORY = 8 * 2**30
Lines = set[tuple[str, int]]


@dataclass(frozen=True)
class Module:
    """One module that is tried: its name such as `supply/fills`, its file and its tree."""

    name: str
    path: Path
    tree: ast.Module


@dataclass
class Reached:
    """What tests reach of the modules that are tried."""

    early: Lines = field(default_factory=set)
    """Lines that run while modules are imported and tests collected."""
    tests: dict[str, tuple[float, Lines]] = field(default_factory=dict)
    """The seconds of each test, and the lines that it reaches."""
    failed: bool = False

    def chosen(self, module: Module, change: Change) -> list[str]:
        """The tests that can notice a change, the shortest first, and those that reach the module before others."""
        lines = {(str(module.path), line) for line in change.lines}
        near = {name: self._near(module, seen) for name, (_, seen) in self.tests.items()}
        names = [name for name, (_, seen) in self.tests.items() if not change.function or lines & seen]
        return sorted(names, key=lambda name: (not near[name], self.tests[name][0]))

    @staticmethod
    def _near(module: Module, seen: Lines) -> bool:
        return any(path == str(module.path) for path, _ in seen)

    def is_early(self, module: Module, change: Change) -> bool:
        return not change.function or any((str(module.path), line) in self.early for line in change.lines)

    def seconds(self, names: list[str]) -> int:
        return 5 + int(4 * sum(self.tests[name][0] for name in names))


class Warm:
    """Plugin of a run that collects the tests, sees what each reaches, and then tries the changes one by one."""

    def __init__(self, modules: list[Module], drawn: list[tuple[int, Change]], answers: Connection) -> None:
        self.modules, self.drawn, self.answers = modules, drawn, answers
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
    def pytest_make_collect_report(self) -> Any:
        with self.watching(self.reached.early):
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        without_shrinking()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        sys.settrace(None)
        self.items = {item.nodeid: item for item in session.items}
        self.warm_up()
        self.reached = answer_of(self.run_watched)
        self.answers.send(self.reached)
        if not self.reached.failed:
            for number, change in self.drawn:
                if not self.reached.is_early(self.modules[number], change):
                    self.answers.send((number, change, self.notices(self.modules[number], change)))
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
        plugin = FirstFailure(lambda: setattr(made, "failed", True))
        next(iter(self.items.values())).config.pluginmanager.register(plugin)
        for name, item in self.items.items():
            seen: Lines = set()
            begun = time.process_time()
            with self.watching(seen):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            made.tests[name] = (time.process_time() - begun, seen)
        return made

    def notices(self, module: Module, change: Change) -> bool:
        """Whether a test fails, or takes far more CPU than it does without the change."""
        chosen = self.reached.chosen(module, change)
        new = compile(changed(module.tree, change), str(module.path), "exec")

        def run() -> None:
            replace(self.codes[str(module.path)], new)
            config = next(iter(self.items.values())).config
            config.pluginmanager.register(FirstFailure(lambda: os._exit(1)))
            for name in chosen:
                config.hook.pytest_runtest_protocol(item=self.items[name], nextitem=None)

        return bool(chosen) and not ends_well(run, self.reached.seconds(chosen))


class FirstFailure:
    """Plugin that does something when a test fails, before anything is spent on a report."""

    def __init__(self, then: Callable[[], object]) -> None:
        self.then = then

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        if call.excinfo is not None and not isinstance(call.excinfo.value, pytest.skip.Exception):
            self.then()


class Cold(FirstFailure):
    """Plugin of a run of its own: only the chosen tests, in their order, and the end at the first that fails."""

    def __init__(self, chosen: list[str]) -> None:
        super().__init__(lambda: os._exit(1))
        self.order = {name: number for number, name in enumerate(chosen)}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        without_shrinking()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((item for item in items if item.nodeid in self.order), key=lambda i: self.order[i.nodeid])


def without_shrinking() -> None:
    """That an example fails is enough; the smallest one is not looked for."""
    from hypothesis import Phase, settings

    settings.register_profile("mutation", settings.get_profile("ci"), phases=[Phase.explicit, Phase.generate])
    settings.load_profile("mutation")


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


def notices_cold(module: Module, change: Change, tests: tuple[str, ...], reached: Reached) -> bool:
    """Whether the tests notice a change, in a process that loads the library with it."""
    chosen = reached.chosen(module, change)

    def run() -> None:
        load_instead({str(module.path): compile(changed(module.tree, change), str(module.path), "exec")})
        end_process(pytest.main([*_OPTIONS, *tests], plugins=[Cold(chosen)]))

    return not ends_well(run, 10 + reached.seconds(chosen))


def try_warm(modules: list[Module], drawn: list[tuple[int, Change]], tests: tuple[str, ...]) -> Iterator[Any]:
    """What the tests reach, and then for each change that can be tried in a fork: number of module, change, noticed."""
    answers, told = Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        hide_output()
        warm = Warm(modules, drawn, told)
        load_instead(warm.codes)
        with warm.watching(warm.reached.early):
            end_process(pytest.main([*_OPTIONS, *tests], plugins=[warm]))
    told.close()
    try:
        while True:
            yield answers.recv()
    except EOFError:
        os.waitpid(child, 0)


def answer_of(work: Callable[[], Any]) -> Any:
    """What work answers in a forked process; nothing it did is left here."""
    answers, told = Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        told.send(work())
        end_process(0)
    told.close()
    got = answers.recv()
    os.waitpid(child, 0)
    return got


def ends_well(work: Callable[[], object], seconds: int) -> bool:
    """Whether work in a forked process ends without a failure, within so many seconds of CPU."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(30 * seconds)
        hide_output()
        try:
            work()
        except BaseException:
            end_process(1)
        end_process(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def hide_output() -> None:
    hidden = os.open(os.devnull, os.O_WRONLY)
    os.dup2(hidden, 1)
    os.dup2(hidden, 2)


def end_process(code: int) -> NoReturn:
    os._exit(int(code))

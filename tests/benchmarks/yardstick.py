"""The yardstick of every speed figure: the CPU of a fresh interpreter that imports the core's dependencies.

It is measured in the same run as what is compared with it, so that a slow or busy machine slows both.
"""

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

STATEMENT = "import pydantic, dateutil.relativedelta\nclass One(pydantic.BaseModel):\n    field: int"


def cpu_of(command: Sequence[str]) -> float:
    """The CPU seconds, user and system, of one command as a whole process; its output is thrown away."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def cpu_in_process(call: Callable[[], object]) -> float:
    """The CPU seconds of one call in this process."""
    before = time.process_time()
    call()
    return time.process_time() - before


def yardstick() -> float:
    """The CPU seconds of one yardstick."""
    return cpu_of([sys.executable, "-c", STATEMENT])


def in_yardsticks(measure: Callable[[], float], rounds: int = 5) -> float:
    """The median of a measure over the median of the yardstick, taken in turns."""
    pairs = [(yardstick(), measure()) for _ in range(rounds)]
    return statistics.median(seconds for _, seconds in pairs) / statistics.median(one for one, _ in pairs)

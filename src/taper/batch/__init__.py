"""Batch: many people at once, from what was dispensed to spans, episodes and findings, as Arrow record batches.

It needs the extra `batch`. Its names are loaded when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taper.batch.account import Account as Account
    from taper.batch.account import Aside as Aside
    from taper.batch.days import DAYS as DAYS
    from taper.batch.days import spans_to_days as spans_to_days
    from taper.batch.definitions import EpisodeDefinition as EpisodeDefinition
    from taper.batch.definitions import Method as Method
    from taper.batch.definitions import SpanRules as SpanRules
    from taper.batch.definitions import methods as methods
    from taper.batch.episodes import EPISODES as EPISODES
    from taper.batch.episodes import to_episodes as to_episodes
    from taper.batch.exposures import EXPOSURES as EXPOSURES
    from taper.batch.facts import ComparedFact as ComparedFact
    from taper.batch.facts import Use as Use
    from taper.batch.facts import compared_facts as compared_facts
    from taper.batch.findings import to_findings as to_findings
    from taper.batch.found import FINDINGS as FINDINGS
    from taper.batch.kidneys import PEOPLE as PEOPLE
    from taper.batch.plan_days import schedules_to_batches as schedules_to_batches
    from taper.batch.refusals import OutOfOrder as OutOfOrder
    from taper.batch.refusals import WrongColumns as WrongColumns
    from taper.batch.schemas import schema_of as schema_of
    from taper.batch.spans import SPANS as SPANS
    from taper.batch.spans import set_aside as set_aside
    from taper.batch.spans import to_spans as to_spans

_HOME_OF = {
    "Account": "account",
    "Aside": "account",
    "ComparedFact": "facts",
    "DAYS": "days",
    "EPISODES": "episodes",
    "EXPOSURES": "exposures",
    "EpisodeDefinition": "definitions",
    "FINDINGS": "found",
    "Method": "definitions",
    "OutOfOrder": "refusals",
    "PEOPLE": "kidneys",
    "SPANS": "spans",
    "SpanRules": "definitions",
    "Use": "facts",
    "WrongColumns": "refusals",
    "compared_facts": "facts",
    "methods": "definitions",
    "schedules_to_batches": "plan_days",
    "schema_of": "schemas",
    "set_aside": "spans",
    "spans_to_days": "days",
    "to_episodes": "episodes",
    "to_findings": "findings",
    "to_spans": "spans",
}

if not TYPE_CHECKING:  # pragma: no branch - an editor reads the names above instead
    __all__ = sorted(_HOME_OF)

    def __getattr__(name: str) -> Any:
        if name not in _HOME_OF:
            raise AttributeError(f"module 'taper.batch' has no attribute {name!r}", name=name)
        return getattr(import_module(f"taper.batch.{_HOME_OF[name]}"), name)

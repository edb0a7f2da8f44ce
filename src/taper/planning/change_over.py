"""Changing one intake from one drug to another in stages, without a rise as far as the products allow."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from taper._base.numbers import common_grain
from taper.plans.regimen import Slot

DosePair = tuple[Fraction, Fraction]
"""What is taken at one time of day of the drug that goes and of the one that comes, in mg."""
Path = tuple[DosePair, ...]
"""The pair of each stage."""
_Way = tuple[int, int, Path]
"""By how much a path rises and how far it lies from what was meant, in grains of the new drug, and the path."""
_ALL, _NEAR = 160, 4


@dataclass(frozen=True)
class Turn:
    """An intake on its way over in stages: what is taken of both drugs now, and what the products make of each.

    `meant` is what each stage would take if everything could be made; the last is the end, which is given. The level of
    a pair is what both drugs come to, in mg of the new one. A path through the stages never takes more of the first
    drug than before, nor less of the second. The best path rises by the least in all, and of those lies nearest to
    what was meant: a shortest path, stage by stage, over the pairs that can be made. Where they are many, those next to
    what was meant or to a level at either end stand for the rest.
    """

    slot: Slot
    ratio: Fraction
    now: DosePair
    meant: Sequence[DosePair]
    end: DosePair
    olds: Sequence[Fraction]
    news: Sequence[Fraction]

    def path(self) -> Path:
        """The best path; a stage changes nothing where every way on would rise."""
        found = self._search(every_stage=False)
        assert found is not None, "what is taken now can always be taken on"
        return found

    def path_of_changes(self) -> Path | None:
        """The best path on which each stage changes something, or None if there is none.

        The first drug has a part in the first stage: else nothing would change over.
        """
        return self._search(every_stage=True)

    def is_even(self, path: Path) -> bool:
        """Whether a path never rises, and goes one way: never more of the first drug, nor less of the second."""
        one_way = all(new[0] <= old[0] and new[1] >= old[1] for old, new in pairwise((self.now, *path)))
        return one_way and not self.rise(path)

    def _search(self, *, every_stage: bool) -> Path | None:
        grain = self._grain()
        best: dict[tuple[int, int], _Way] = {self._counted(self.now, grain): (0, 0, ())}
        for number, meant in enumerate(self.meant, start=1):
            pairs = [self.end] if number == len(self.meant) else list(self._pairs(meant))
            if every_stage and number == 1:
                pairs = [pair for pair in pairs if pair[0]]
            reached: dict[tuple[int, int], _Way] = {}
            for pair in dict.fromkeys(pairs):
                here = self._counted(pair, grain)
                ways = [
                    (risen + max(sum(here) - sum(before), 0), off, path)
                    for before, (risen, off, path) in best.items()
                    if here[0] <= before[0] and here[1] >= before[1] and not (every_stage and here == before)
                ]
                if ways:
                    risen, off, path = min(ways)
                    away = sum(abs(one - other) for one, other in zip(here, self._counted(meant, grain), strict=True))
                    reached[here] = risen, off + away, (*path, pair)
            best = reached
        return min(best.values())[2] if best else None

    def _grain(self) -> Fraction:
        """The largest amount of the new drug of which every amount that is compared is a whole multiple."""
        olds, news = zip(self.now, self.end, *self.meant, strict=True)
        return common_grain([*(old * self.ratio for old in (*olds, *self.olds)), *news, *self.news])

    def _counted(self, pair: DosePair, grain: Fraction) -> tuple[int, int]:
        """A pair in grains: the first drug as what it comes to of the new one."""
        return int(pair[0] * self.ratio / grain), int(pair[1] / grain)

    def rise(self, path: Path) -> Fraction:
        """By how much the level rises on a path, in all."""
        levels = [self._level(pair) for pair in (self.now, *path)]
        rises = (after - before for before, after in pairwise(levels) if after > before)
        return sum(rises, Fraction(0))

    def _level(self, pair: DosePair) -> Fraction:
        return pair[0] * self.ratio + pair[1]

    def _pairs(self, meant: DosePair) -> Iterator[DosePair]:
        if len(self.olds) * len(self.news) <= _ALL:
            yield from ((old, new) for old in self.olds for new in self.news)
            return
        edges = self._level(self.now), self._level(self.end)
        for old in (*_next_to(self.olds, meant[0]), self.now[0], Fraction(0)):
            for wanted in (meant[1], *(edge - old * self.ratio for edge in edges)):
                yield from ((old, new) for new in (*_next_to(self.news, wanted), self.now[1], self.end[1]))


def _next_to(doses: Sequence[Fraction], wanted: Fraction) -> Sequence[Fraction]:
    place = bisect_left(doses, wanted)
    return doses[max(place - _NEAR, 0) : place + _NEAR]

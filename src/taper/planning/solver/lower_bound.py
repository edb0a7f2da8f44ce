"""What the rest of any plan costs at least, by its total alone: a floor that spares the search most regimens."""

from taper.planning.solver.state_space import StateSpace

_MOST_TOTALS = 4000


class Floor:
    """From each total, the least excess and the least cost of getting to the end.

    Whose turn it is, further intakes and changes of form are left out, so no plan can do better. `cost` counts only
    falls without an excess, and a total from which the end is not met by such falls is absent.
    """

    def __init__(self, ground: StateSpace) -> None:
        self._ground = ground
        self._handle = _least_handling(ground)
        end = ground.target if ground.target is not None else sum(ground.floor)
        self.totals = sorted((total for total in self._handle if end <= total), reverse=True)
        if ground.stop is not None:
            self.totals = [total for total in self.totals if total]
        self.is_small = len(self.totals) <= _MOST_TOTALS
        self.excess = self._least_excess() if self.is_small else {}
        self.cost = self._least_cost() if self.is_small else {}

    def _ends(self, total: int) -> bool:
        return total <= self._ground.stop if self._ground.stop is not None else total == self.totals[-1]

    def _least_excess(self) -> dict[int, int]:
        """By the theorem, the next total down is the gentlest way past any gap."""
        following = self.totals[-1]
        made = {following: 0}
        for total in reversed(self.totals[:-1]):
            made[total] = 0 if self._ends(total) else made[following] + self._ground.excess(total, following)
            following = total
        return made

    def _least_cost(self) -> dict[int, int]:
        ground, totals = self._ground, self.totals
        made: dict[int, int] = {}
        for index in range(len(totals) - 1, -1, -1):
            total = totals[index]
            if self._ends(total):
                made[total] = 0
                continue
            best: int | None = None
            for low in totals[index + 1 :]:
                excess, misfit = ground.fall(total, low)
                if excess:
                    break
                if low in made:
                    cost = misfit + self._handle[low] + made[low]
                    best = cost if best is None or cost < best else best
            if best is not None:
                made[total] = best
        return made


def _least_handling(ground: StateSpace) -> dict[int, int]:
    """Each total that the doses add up to, with the least that handling them can cost."""
    sums = {0: 0}
    for line in ground.lines:
        longer: dict[int, int] = {}
        for total, cost in sums.items():
            for dose in line.doses:
                made = cost + line.costs[dose]
                if made < longer.get(total + dose, made + 1):
                    longer[total + dose] = made
        sums = longer
    return sums

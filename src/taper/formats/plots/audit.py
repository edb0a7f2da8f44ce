"""Pictures of an audit: how long episodes last, how large reductions are, and how many stop at once."""

from collections.abc import Mapping, Sequence

from taper.formats.plots.picture import COLORS, DASHES, Picture, canvas, finish

_MOST = 6
_NOTE = "Drugs with the most episodes; counted in the table of the audit, and drawn for comparison alone."


def plot_lasting(lasting: Mapping[str, Sequence[tuple[int, int, int]]]) -> Picture:
    """The share of episodes that have not stopped, by days since their first, estimated as Kaplan and Meier do.

    Args:
        lasting: For each drug, of each number of days: how many episodes stopped, how many are seen no longer.
    """
    drugs = _largest({drug: sum(a + b for _, a, b in rows) for drug, rows in lasting.items()})
    with canvas(height=4.4) as (figure, (axis,)):
        for drug, color, dash in zip(drugs, COLORS, DASHES, strict=False):
            days, shares = _kept(lasting[drug])
            axis.step(days, shares, where="post", color=color, linestyle=dash, label=drug, linewidth=1.8)
        axis.set_ylim(0, 102)
        axis.set_xlim(left=0)
        axis.set_xlabel("days since the first day of the episode")
        axis.set_ylabel("episodes not stopped, %")
        if drugs:
            axis.legend(loc="best", fontsize=9)
        title = "How long episodes last"
        ends = "; ".join(f"{drug}: {_kept(lasting[drug])[1][-1]:.0f} % at the end" for drug in drugs)
        return finish(figure, title, f"The share of episodes that have not stopped. {ends or 'No episode.'}", [_NOTE])


def _kept(rows: Sequence[tuple[int, int, int]]) -> tuple[list[int], list[int | float]]:
    at_risk = sum(stopped + open_ for _, stopped, open_ in rows)
    days: list[int] = [0]
    shares: list[int | float] = [100]
    for day, stopped, open_ in rows:
        days.append(day)
        shares.append(shares[-1] * (at_risk - stopped) / at_risk)
        at_risk -= stopped + open_
    return days, shares


def plot_reductions(falls: Mapping[str, Sequence[tuple[int, int]]]) -> Picture:
    """How large reductions are, in percent of the dose before them, in twentieths.

    Args:
        falls: For each drug, of each twentieth: how many reductions. The stop is none of them.
    """
    drugs = _largest({drug: sum(many for _, many in rows) for drug, rows in falls.items()})
    with canvas(height=4.4) as (figure, (axis,)):
        for drug, color, dash in zip(drugs, COLORS, DASHES, strict=False):
            counts, whole = dict(falls[drug]), sum(many for _, many in falls[drug])
            heights = [100 * counts.get(part, 0) / whole for part in range(20)]
            axis.stairs(heights, [5 * part for part in range(21)], color=color, linestyle=dash, label=drug,
                        linewidth=1.8)  # fmt: skip
        axis.set_xlim(0, 100)
        axis.set_ylim(bottom=0)
        axis.set_xlabel("reduction, % of the dose before it")
        axis.set_ylabel("reductions, %")
        if drugs:
            axis.legend(loc="best", fontsize=9)
        modes = "; ".join(f"{drug}: most often {_mode(falls[drug])}" for drug in drugs)
        words = f"Reductions in percent of the dose before. {modes or 'No reduction.'}"
        return finish(figure, "How large reductions are", words, [_NOTE])


def _mode(rows: Sequence[tuple[int, int]]) -> str:
    part, _ = max(rows, key=lambda row: row[1])
    return f"{5 * part} to {5 * part + 5} %"


def plot_stops(counts: Mapping[str, tuple[int, int]]) -> Picture:
    """The share of stopped episodes that stopped at once, from the highest dose in them.

    Args:
        counts: For each drug, how many episodes stopped at once, and how many stopped.
    """
    drugs = _largest({drug: stopped for drug, (_, stopped) in counts.items() if stopped})
    with canvas(height=1.6 + 0.4 * max(1, len(drugs))) as (figure, (axis,)):
        shares = [100 * counts[drug][0] / counts[drug][1] for drug in drugs]
        places = list(range(len(drugs)))
        axis.barh(places, shares, color=COLORS[2], height=0.6)
        axis.set_yticks(places, [f"{drug} ({counts[drug][0]} of {counts[drug][1]})" for drug in drugs])
        axis.invert_yaxis()
        axis.set_xlim(0, 100)
        axis.set_xlabel("stopped at once, % of stopped episodes")
        listed = "; ".join(f"{drug}: {counts[drug][0]} of {counts[drug][1]}" for drug in drugs)
        words = f"Episodes that stopped from the highest dose in them. {listed or 'None stopped.'}"
        return finish(figure, "How many episodes stop at once", words, [_NOTE])


def _largest(many: Mapping[str, int]) -> list[str]:
    """The drugs with the most of something, at most six, in order of it and then by name."""
    return sorted(many, key=lambda drug: (-many[drug], drug))[:_MOST]

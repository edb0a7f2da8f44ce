"""A drawn picture with its words: title, description, footer; written as SVG or PNG, the same bytes each time."""

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from threading import RLock
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from taper._base.extras import need
from taper._base.files import write_whole
from taper._base.takes import takes
from taper.errors import InvalidInput

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe and Ito's colors, set apart also by lightness, dash and marker, so that gray paper keeps them apart.
COLORS = ("#000000", "#E69F00", "#0072B2", "#009E73", "#56B4E9", "#CC79A7", "#D55E00")
DASHES: tuple[Any, ...] = ("-", "--", (0, (1, 1.2)), "-.", (0, (6, 1.5, 1, 1.5, 1, 1.5)), (0, (8, 3)), (0, (3, 3)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
GRAY = "#595959"
LINE = "#D55E00"

_STYLE: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "text.parse_math": False,
    "text.usetex": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "taper",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
}
_WIDTH = 9.0
_LETTERS_PER_INCH = 8.3
_FOOTER_LETTERS_PER_INCH = 14
_FOOTER_INCHES = 0.14


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """A drawn plan: its title says the point it makes, its description says in words what is drawn.

    `figure` is the matplotlib figure, for those who want to draw on.
    """

    title: str
    description: str
    figure: "Figure"

    @takes
    def save(self, path: str | Path, *, dpi: int = 144, force: bool = False) -> Path:
        """Write the picture to a file, whole or not at all: SVG or PNG, by the ending of its name.

        Args:
            path: The name of the file, which ends in .svg or .png.
            dpi: Dots per inch of a PNG.
            force: Whether to replace a file that exists; a link is replaced itself, not what it leads to.

        Raises:
            InvalidInput: If the name has another ending, the file exists and force is not given, or cannot be written.

        Example:
            >>> from tempfile import mkdtemp
            >>> from matplotlib.figure import Figure
            >>> Picture("a title", "what is drawn", Figure()).save(Path(mkdtemp()) / "plan.svg").name
            'plan.svg'
        """
        match Path(path).suffix.lower():
            case ".svg":
                return write_whole(path, self.to_svg(), force=force)
            case ".png":
                return write_whole(path, self.to_png(dpi=dpi), force=force)
            case other:
                raise InvalidInput(f"{other or 'no ending'} is no picture; write .svg or .png", where=str(path))

    def __str__(self) -> str:
        return f"{self.title}. {self.description}"

    def __repr__(self) -> str:
        return f"<Picture: {self.title}>"

    def to_svg(self) -> str:
        """The picture as SVG text that needs nothing from elsewhere; the same text each time.

        Title and description stand in it for screen readers, and its words are text, not outlines.
        """
        out = io.StringIO()
        with _styled():
            self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        return _labeled(out.getvalue(), self.title, self.description)

    def to_png(self, *, dpi: int = 144) -> bytes:
        """The picture as PNG; the same bytes each time from the same version of matplotlib.

        Args:
            dpi: Dots per inch, from 20 to 1200.

        Raises:
            InvalidInput: If `dpi` lies outside that.
        """
        if not 20 <= dpi <= 1200:
            raise InvalidInput(f"{dpi} dots per inch draw no readable picture; write 20 to 1200, such as 144")
        out = io.BytesIO()
        with _styled():
            self.figure.savefig(out, format="png", dpi=dpi, metadata={"Software": None})
        return out.getvalue()

    def _repr_svg_(self) -> str:
        return self.to_svg()


@contextmanager
def canvas(
    *, height: float, width: float = _WIDTH, rows: int = 1, columns: int = 1, **more: Any
) -> Iterator[tuple["Figure", list[Any]]]:
    """A new figure with its axes, drawn in one style whatever the caller's own settings are.

    Raises:
        MissingExtra: If the package matplotlib is not installed.
    """
    need("matplotlib", install="plot", purpose="a plot")
    from matplotlib.figure import Figure

    with _styled():
        figure = Figure(figsize=(width, height), layout="constrained")
        figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.08)
        yield figure, list(figure.subplots(rows, columns, squeeze=False, **more).flat)


def finish(figure: "Figure", title: str, description: str, footer: Iterable[str]) -> Picture:
    """Write the title above and the footer below a figure, and make a picture of it."""
    width = figure.get_figwidth()
    head = fill(_unbroken(title), int(width * _LETTERS_PER_INCH))
    figure.suptitle(head, x=0.01, ha="left", fontsize=12.5, fontweight="bold")
    lines = [fill(_unbroken(line), int(width * _FOOTER_LETTERS_PER_INCH), subsequent_indent="  ") for line in footer]
    text = "\n".join(lines)
    figure.set_figheight(figure.get_figheight() + _FOOTER_INCHES * (text.count("\n") + 1))
    figure.supxlabel(text, x=0.01, ha="left", fontsize=8, color=GRAY)
    # The layout moves a little with each drawing, so it is found once and then held.
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return Picture(title, description, figure)


def _unbroken(text: str) -> str:
    # A number is never parted from its unit at the end of a line.
    return re.sub(r"(?<=\d) (?=[A-Za-z%])", "\N{NO-BREAK SPACE}", text)


_SETTINGS = RLock()


@contextmanager
def _styled() -> Iterator[None]:
    import matplotlib as mpl

    # A person's own settings file must not change the picture of a plan; and the settings are those of all threads.
    with _SETTINGS, mpl.rc_context():
        mpl.rcdefaults()
        for name, value in _STYLE.items():
            mpl.rcParams[name] = value  # type: ignore[index]
        yield


def _labeled(svg: str, title: str, description: str) -> str:
    words = f"<title>{escape(title)}</title>\n <desc>{escape(description)}</desc>\n"
    return re.sub(r"(<svg [^>]*)(>)\n", lambda found: f'{found[1]} role="img"{found[2]}\n {words}', svg, count=1)

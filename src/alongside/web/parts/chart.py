"""The drawings of scores and rates, as SVG in two widths. Colours come from classes alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Number = int | float | Decimal

LEFT = 36.0  # where the plot begins; the numbers of the scale stand before it
TOP = 34.0
FOOT = 58.0  # below the plot: weeks and the strip of answers
LETTER = 6.1  # how wide a letter of a label is, about


class NothingToDraw(ValueError):
    """A chart needs one point at least, and a scale whose top is above its bottom."""


@dataclass(frozen=True, slots=True)
class Point:
    """One time the questions were due: a date or a day number, and the score if there is one.

    ``is_filled``: some answers were open and filled in from the others. ``is_answered``: with no
    score, says that answers came and were too few. ``is_danger``: an answer showed danger.
    """

    at: date | int
    value: Number | None
    is_filled: bool = False
    is_answered: bool = False
    is_danger: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """One range of the scale, from `low` up to the next band."""

    low: Number
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """The line between those who are offered treatment and those who are not."""

    value: Number
    label: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """Something began: a medicine, a therapy, work. Or it ended."""

    at: date | int
    label: str
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """Where finished courses that began alike lay by then, in points: 80 in 100 of them."""

    at: date | int
    low: Number
    high: Number


@dataclass(frozen=True, slots=True)
class Chart:
    """All that one score chart shows.

    `reliable` is the least change, in points, that is larger than chance is likely to explain;
    without it there is no corridor. `unit_days` is the length of one step on the time line.
    `since` and `until` stretch the time line, so that several charts share one.
    """

    name: str
    points: tuple[Point, ...]
    highest: Number
    lowest: Number = 0
    bands: tuple[Band, ...] = ()
    line: Line | None = None
    reliable: Number | None = None
    phases: tuple[Phase, ...] = ()
    expected: tuple[Expected, ...] = ()
    lower_is_better: bool = True
    unit_days: int = 7
    since: date | int | None = None
    until: date | int | None = None
    small: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the same chart as a table."""

    when: str
    value: str
    band: str
    change: str


@dataclass(frozen=True, slots=True)
class Figure:
    """What chart.html draws: both widths, the sentence, the table, and what the key must name."""

    svg: SafeString
    sentence: str
    rows: tuple[Row, ...]
    reliable: str
    has_phases: bool
    has_ends: bool
    has_missing: bool
    has_unscored: bool
    has_filled: bool
    has_danger: bool
    has_expected: bool
    answered: int
    due: int
    phases_in_words: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things go in one of the two widths."""

    chart: Chart
    width: float
    height: float
    right: float
    narrow: bool
    first: int
    steps: float

    @property
    def base(self) -> float:
        return self.height - FOOT

    def x(self, at: date | int) -> float:
        gone = (_day(at) - self.first) / self.chart.unit_days
        return LEFT + (self.right - LEFT) * gone / self.steps

    def y(self, value: Number) -> float:
        low, high = float(self.chart.lowest), float(self.chart.highest)
        share = (min(high, max(low, float(value))) - low) / (high - low)
        return self.base - (self.base - TOP) * share


def figure(chart: Chart) -> Figure:
    """The whole chart from plain values; refuses a chart with nothing to draw.

    Goes in: points by date or day, scores in points of the scale. Comes out: safe markup in which
    every text was escaped, the sentence that stands first, and the rows of the table.
    """
    if not chart.points or float(chart.highest) <= float(chart.lowest):
        raise NothingToDraw(chart.name)
    return Figure(
        svg=draw(chart),
        sentence=sentence(chart),
        rows=tuple(rows(chart)),
        reliable="" if chart.reliable is None else _plain(chart.reliable),
        has_phases=any(not phase.ended for phase in chart.phases),
        has_ends=any(phase.ended for phase in chart.phases),
        has_missing=any(p.value is None and not p.is_answered for p in chart.points),
        has_unscored=any(p.value is None and p.is_answered for p in chart.points),
        has_filled=any(p.value is not None and p.is_filled for p in chart.points),
        has_danger=any(point.is_danger for point in chart.points),
        has_expected=len(chart.expected) > 1,
        answered=_answered(chart),
        due=len(chart.points),
        phases_in_words=", ".join(f"{n} {p.label}" for n, p in enumerate(chart.phases, start=1)),
    )


def draw(chart: Chart) -> SafeString:
    """The chart twice, wide and narrow; the style sheet shows the one that fits."""
    label = _label(chart)
    wide = _svg(_frame(chart, narrow=False), label)
    narrow = _svg(_frame(chart, narrow=True), label)
    return format_html("{}{}", wide, narrow)


def sentence(chart: Chart) -> str:
    """What the chart says, in words and with no verdict beyond the published numbers."""
    scores = [point.value for point in chart.points if point.value is not None]
    if not scores:
        if _answered(chart):
            return _("There is no score yet: too few answers.")
        return _("Nothing has been answered yet.")
    said = []
    if len(scores) == 1:
        said.append(_("One score so far: %(now)s.") % {"now": _plain(scores[0])})
    else:
        said.append(
            _("%(start)s at the start, %(now)s now.")
            % {"start": _plain(scores[0]), "now": _plain(scores[-1])}
        )
        if chart.reliable is not None:
            said.append(_change_in_words(chart, scores[0], scores[-1]))
    have, due = _answered(chart), len(chart.points)
    said.append(
        ngettext("%(have)s of %(due)s answered.", "%(have)s of %(due)s answered.", have)
        % {"have": have, "due": due}
    )
    if have > len(scores):
        said.append(
            ngettext(
                "%(number)s of them has too few answers for a score.",
                "%(number)s of them have too few answers for a score.",
                have - len(scores),
            )
            % {"number": have - len(scores)}
        )
    return " ".join(said)


def rows(chart: Chart) -> Iterator[Row]:
    """The same as a table, one row for each time the questions were due."""
    start: Number | None = None
    first = _day(chart.points[0].at)
    for point in chart.points:
        when = _when(point.at, first, chart.unit_days)
        if point.value is None:
            words = _("too few answers") if point.is_answered else _("not answered")
            yield Row(when, words, "", "")
            continue
        change = "–" if start is None else _signed(float(point.value) - float(start))
        start = point.value if start is None else start
        yield Row(when, _plain(point.value), _band(chart, point.value), change)


def _change_in_words(chart: Chart, start: Number, now: Number) -> str:
    moved = abs(float(now) - float(start))
    words = {"points": _plain(moved), "least": _plain(chart.reliable or 0)}
    if moved >= float(chart.reliable or 0):
        return _("That is %(points)s points; %(least)s or more is a reliable change.") % words
    return (
        _(
            "A change of %(least)s or more would be larger than measurement error is likely to "
            "explain."
        )
        % words
    )


def _answered(chart: Chart) -> int:
    return sum(point.value is not None or point.is_answered for point in chart.points)


def _label(chart: Chart) -> str:
    """The name of the drawing for those who cannot see it."""
    return f"{chart.name}: {sentence(chart)}"


def _frame(chart: Chart, *, narrow: bool) -> _Frame:
    first = _day(chart.points[0].at)
    last = max(_day(point.at) for point in chart.points)
    if chart.since is not None:
        first = min(first, _day(chart.since))
    if chart.until is not None:
        last = max(last, _day(chart.until))
    steps = max(1.0, (last - first) / chart.unit_days)
    if narrow:
        return _Frame(chart, 350, 240 if chart.small else 300, 340, True, first, steps)
    return _Frame(chart, 640, 240 if chart.small else 320, 544, False, first, steps)


def wide_parts(chart: Chart) -> tuple[SafeString, float]:
    """The shapes of the wide drawing without their frame, and how high they are together."""
    frame = _frame(chart, narrow=False)
    return _shapes(frame), frame.height


def _svg(frame: _Frame, label: str) -> SafeString:
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        "narrow" if frame.narrow else "wide",
        f"{frame.width:g}",
        f"{frame.height:g}",
        label,
        _shapes(frame),
    )


def _shapes(frame: _Frame) -> SafeString:
    return _joined(
        [
            *_bands(frame),
            *_corridor(frame),
            *_expected(frame),
            *_grid(frame),
            *_cut(frame),
            *_phases(frame),
            *_course(frame),
            *_strip(frame),
            *_weeks(frame),
        ]
    )


def _bands(frame: _Frame) -> Iterator[SafeString]:
    bands = sorted(frame.chart.bands, key=lambda band: float(band.low))
    if not bands:
        return
    tops = [*(float(band.low) for band in bands[1:]), float(frame.chart.highest)]
    cut = frame.y(frame.chart.line.value) if frame.chart.line else None
    for place, (band, top) in enumerate(zip(bands, tops, strict=True)):
        upper, lower = frame.y(top), frame.y(band.low)
        if place % 2 == 0:
            yield _rect("c-band", LEFT, upper, frame.right - LEFT, lower - upper)
        if not frame.narrow:
            middle = (upper + lower) / 2
            if cut is not None and abs(middle - cut) < 16:
                middle = cut - 16 if middle <= cut else cut + 16
            yield _text(frame.right + 8, middle + 4, band.label)


def _corridor(frame: _Frame) -> Iterator[SafeString]:
    chart = frame.chart
    start = next((point.value for point in chart.points if point.value is not None), None)
    if chart.reliable is None or start is None:
        return
    low, high = float(start) - float(chart.reliable), float(start) + float(chart.reliable)
    upper, lower = frame.y(high), frame.y(low)
    yield _rect("c-corridor", LEFT, upper, frame.right - LEFT, lower - upper)
    edge = low if chart.lower_is_better else high
    if float(chart.lowest) <= edge <= float(chart.highest):
        yield _across("c-edge", frame, frame.y(edge))


def _expected(frame: _Frame) -> Iterator[SafeString]:
    """The range of finished courses, from one known moment to the next."""
    known = sorted(frame.chart.expected, key=lambda each: _day(each.at))
    if len(known) < 2:
        return
    upper = [(frame.x(each.at), frame.y(each.high)) for each in known]
    lower = [(frame.x(each.at), frame.y(each.low)) for each in reversed(known)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (*upper, *lower))
    yield format_html('<polygon class="c-expected" points="{}"/>', path)


def _grid(frame: _Frame) -> Iterator[SafeString]:
    low, high = float(frame.chart.lowest), float(frame.chart.highest)
    step = next(s for s in (1, 2, 5, 10, 20, 25, 50, 100, 1000) if (high - low) / s <= 6)
    value = low
    while value <= high:
        height = frame.y(value)
        yield _across("c-grid", frame, height)
        yield _text(LEFT - 8, height + 4, _plain(value), anchor="end")
        value += step


def _cut(frame: _Frame) -> Iterator[SafeString]:
    line = frame.chart.line
    if line is None:
        return
    height = frame.y(line.value)
    words = line.label or _("treatment line")
    yield _across("c-cut", frame, height)
    if frame.narrow:
        yield _text(LEFT + 5, height + 14, f"{_plain(line.value)}: {words}", classes="strong")
    else:
        yield _text(frame.right + 8, height + 4, words, classes="strong")


def _phases(frame: _Frame) -> Iterator[SafeString]:
    taken = {20.0: 0.0, 8.0: 0.0}  # how far to the right each row of labels is taken
    for number, phase in enumerate(frame.chart.phases, start=1):
        x = frame.x(phase.at)
        yield format_html(
            '<line class="{0}" x1="{1}" x2="{1}" y1="26" y2="{2}"/>',
            "c-phase c-phase--end" if phase.ended else "c-phase",
            f"{x:.1f}",
            f"{frame.base:.1f}",
        )
        place, height, words = _label_of(frame, x, number, phase.label, taken)
        yield _text(place + 4, height, words, classes="c-phase-t")


def _label_of(
    frame: _Frame, x: float, number: int, label: str, taken: dict[float, float]
) -> tuple[float, float, str]:
    """Where a label goes, and its words: the number where the words do not fit.

    Where several things fell on one day their numbers stand beside each other.
    """
    free = min(taken, key=lambda height: taken[height])
    tried = [(str(number), x)] if frame.narrow else [(label, x), (str(number), x)]
    for words, place in [*tried, (str(number), taken[free])]:
        wide = 4 + LETTER * len(words)
        for height, end in taken.items():
            if place >= end and (place + wide <= frame.width or words == str(number)):
                taken[height] = place + wide + 6
                return place, height, words
    raise AssertionError("a number stands where its row is free")


def _course(frame: _Frame) -> Iterator[SafeString]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in frame.chart.points:
        if point.value is None:
            if runs[-1]:
                runs.append([])
        else:
            runs[-1].append((frame.x(point.at), frame.y(point.value)))
    runs = [run for run in runs if run]
    for before, after in pairwise(runs):
        (x1, y1), (x2, y2) = before[-1], after[0]
        yield format_html(
            '<line class="c-gap" x1="{}" y1="{}" x2="{}" y2="{}"/>',
            *(f"{place:.1f}" for place in (x1, y1, x2, y2)),
        )
    for run in runs:
        if len(run) > 1:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
            yield format_html('<polyline class="c-line" points="{}"/>', path)
    scored = [point for point in frame.chart.points if point.value is not None]
    places = [place for run in runs for place in run]
    size = 4.5 if frame.narrow else 5.5
    for point, (x, y) in zip(scored, places, strict=True):
        if point.is_danger:
            yield _dot("c-danger", x, y, size + 4)
        yield _dot("c-dot c-dot--filled" if point.is_filled else "c-dot", x, y, size)
    yield from _ends(frame, places)


def _ends(frame: _Frame, places: Sequence[tuple[float, float]]) -> Iterator[SafeString]:
    """The first and the last score as numbers beside their dots."""
    scores = [point.value for point in frame.chart.points if point.value is not None]
    if not places:
        return
    (x, y), first = places[0], scores[0]
    yield _text(x, y - 12, _plain(first), classes="strong", anchor="start")
    if len(places) > 1:
        (x, y), last = places[-1], scores[-1]
        below = y + 21
        height = below if below < frame.base else y - 12
        yield _text(x - 4, height, _plain(last), classes="strong", anchor="middle")


def _strip(frame: _Frame) -> Iterator[SafeString]:
    before: float | None = None
    for point in frame.chart.points:
        x = frame.x(point.at)
        # Two forms of one day stand one under the other.
        lower = before is not None and x - before < 11
        before = None if lower else x
        shape = "c-have" if point.value is not None else "c-miss"
        if point.value is None and point.is_answered:
            shape = "c-few"
        yield format_html(
            '<rect class="{}" x="{}" y="{}" width="10" height="10" rx="2"/>',
            shape,
            f"{x - 5:.1f}",
            f"{frame.base + (48 if lower else 36):g}",
        )
        if point.is_danger and point.value is None:
            yield _dot("c-danger", x, frame.base + (53 if lower else 41), 8)


def _weeks(frame: _Frame) -> Iterator[SafeString]:
    most = 4 if frame.narrow else 7
    step = next(s for s in (1, 2, 4, 8, 13, 26, 52, 104, 520) if frame.steps / s <= most)
    number = 0
    while number <= frame.steps + 1e-9:
        x = LEFT + (frame.right - LEFT) * number / frame.steps
        words = _("start") if number == 0 else str(number)
        yield _text(x, frame.base + 16, words, anchor="middle")
        number += step


# -- rates with intervals ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rate:
    """A share between 0 and 1 with its 95 % interval; `share` is None when the count is hidden."""

    label: str
    share: float | None
    low: float | None = None
    high: float | None = None


def draw_rates(rates: Sequence[Rate], label: str) -> SafeString:
    """Rates as dots with whiskers, in two widths. The table with the numbers stands beside it."""
    if not rates:
        raise NothingToDraw(label)
    return format_html(
        "{}{}", _rates(rates, label, narrow=False), _rates(rates, label, narrow=True)
    )


def _rates(rates: Sequence[Rate], label: str, *, narrow: bool) -> SafeString:
    left, right, width, each = (10.0, 290.0, 340, 58.0) if narrow else (210.0, 570.0, 640, 44.0)
    base = 16 + each * len(rates)
    parts: list[SafeString] = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = left + (right - left) * share
        parts.append(
            format_html(
                '<line class="c-grid" x1="{0}" x2="{0}" y1="12" y2="{1}"/>',
                f"{x:.1f}",
                f"{base:g}",
            )
        )
        parts.append(_text(x, base + 20, f"{share:.0%}".replace("%", " %"), anchor="middle"))
    for place, rate in enumerate(rates):
        y = (46 if narrow else 34) + each * place
        parts.append(_text(0, y - 18 if narrow else y + 4, rate.label, classes="strong"))
        parts.extend(_rate(rate, left, right, y))
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        "narrow" if narrow else "wide",
        width,
        f"{base + 30:g}",
        label,
        _joined(parts),
    )


def _rate(rate: Rate, left: float, right: float, y: float) -> Iterator[SafeString]:
    if rate.share is None:
        yield _text(left + 6, y + 4, _("too few to show"))
        return
    if rate.low is not None and rate.high is not None:
        low, high = (f"{left + (right - left) * share:.1f}" for share in (rate.low, rate.high))
        yield format_html(
            '<line class="c-whisk" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>'
            '<path class="c-whisk" d="M{0} {3}v10M{1} {3}v10"/>',
            low,
            high,
            f"{y:g}",
            f"{y - 5:g}",
        )
    x = left + (right - left) * rate.share
    yield format_html('<circle class="c-dot" cx="{}" cy="{}" r="7"/>', f"{x:.1f}", f"{y:g}")
    words = f"{rate.share:.0%}".replace("%", " %")
    yield _text(right + 14, y + 4, words, classes="strong")


# -- counts per week, before and after something began -------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """One week: its words on the time line (or none) and its value; None when it is hidden."""

    label: str
    value: Number | None
    after: bool = False


def draw_bars(bars: Sequence[Bar], label: str, *, began: str = "") -> SafeString:
    """Counts per week as bars, those since something began in another shade and after a line."""
    if not bars:
        raise NothingToDraw(label)
    return format_html(
        "{}{}",
        _bars(bars, label, began, narrow=False),
        _bars(bars, label, began, narrow=True),
    )


def _bars(bars: Sequence[Bar], label: str, began: str, *, narrow: bool) -> SafeString:
    width, height, right = (350, 220, 340.0) if narrow else (640, 250, 630.0)
    base, top = height - 40.0, 26.0
    most = max([float(bar.value) for bar in bars if bar.value is not None] or [1.0]) or 1.0
    step = next(s for s in (1, 2, 4, 5, 10, 20, 50, 100, 1000, 10**6) if most / s <= 4)
    parts: list[SafeString] = []
    mark = 0.0
    while mark <= most:
        y = base - (base - top) * mark / most
        parts.append(
            format_html(
                '<line class="c-grid" x1="36" x2="{}" y1="{}" y2="{}"/>',
                f"{right:g}",
                f"{y:.1f}",
                f"{y:.1f}",
            )
        )
        parts.append(_text(LEFT - 8, y + 4, _plain(mark), anchor="end"))
        mark += step
    each = (right - LEFT) / len(bars)
    every = max(1, round(len(bars) / (3 if narrow else 4)))
    for place, bar in enumerate(bars):
        x = LEFT + each * place
        if bar.value is not None:
            tall = (base - top) * float(bar.value) / most
            shade = "c-bar c-bar--b" if bar.after else "c-bar"
            parts.append(_rect(shade, x + each * 0.2, base - tall, each * 0.6, tall, rounded=True))
        if place % every == 0 and bar.label:
            parts.append(_text(x + each / 2, base + 18, bar.label, anchor="middle"))
    parts.extend(_began(bars, began, each, base))
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        "narrow" if narrow else "wide",
        width,
        height,
        label,
        _joined(parts),
    )


def _began(bars: Sequence[Bar], began: str, each: float, base: float) -> Iterator[SafeString]:
    place = next((place for place, bar in enumerate(bars) if bar.after), None)
    if place is None or not began:
        return
    x = LEFT + each * place
    yield format_html(
        '<line class="c-phase" x1="{0}" x2="{0}" y1="12" y2="{1}"/>', f"{x:.1f}", f"{base:g}"
    )
    yield _text(x + 6, 18, began, classes="c-phase-t")


# -- small things --------------------------------------------------------------------------------


def _day(at: date | int) -> int:
    return at if isinstance(at, int) else at.toordinal()


def _when(at: date | int, first: int, unit_days: int) -> str:
    if isinstance(at, int):
        return _("start") if at == first else str((at - first) // unit_days)
    return date_format(at, "j M Y")


def _plain(number: Number) -> str:
    return f"{float(number):.1f}".rstrip("0").rstrip(".")


def _signed(change: float) -> str:
    if change == 0:
        return "0"
    return f"{'−' if change < 0 else '+'}{_plain(abs(change))}"


def _band(chart: Chart, value: Number) -> str:
    reached = [band for band in chart.bands if float(band.low) <= float(value)]
    return max(reached, key=lambda band: float(band.low)).label if reached else ""


# Shapes are made by the hundred. Their classes are ours and the rest are numbers: only words that
# somebody wrote are escaped.


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return SafeString("".join(parts))


def _rect(
    classes: str, x: float, y: float, width: float, height: float, *, rounded: bool = False
) -> SafeString:
    corners = ' rx="2"' if rounded else ""
    return SafeString(
        f'<rect class="{classes}" x="{x:.1f}" y="{y:.1f}" '
        f'width="{width:.1f}" height="{height:.1f}"{corners}/>'
    )


def _dot(classes: str, x: float, y: float, size: float) -> SafeString:
    return SafeString(f'<circle class="{classes}" cx="{x:.1f}" cy="{y:.1f}" r="{size:g}"/>')


def _across(classes: str, frame: _Frame, y: float) -> SafeString:
    return SafeString(
        f'<line class="{classes}" x1="{LEFT:g}" x2="{frame.right:g}" y1="{y:.1f}" y2="{y:.1f}"/>'
    )


def _text(x: float, y: float, words: str, *, classes: str = "", anchor: str = "") -> SafeString:
    named = f' class="{classes}"' if classes else ""
    held = f' text-anchor="{anchor}"' if anchor else ""
    return SafeString(
        f'<text{named}{held} x="{x:.1f}" y="{y:.1f}">{conditional_escape(words)}</text>'
    )

"""What a service's own finished courses say: worked out at night, kept as numbers, read by day.

20,000 courses of nine scores take twelve seconds of a processor, so no page waits for it: the
dispatcher does it once a night and keeps bands and counts (``ExpectedCourse``). The database
joins, picks and numbers; what leaves it is a running number, the sessions planned and held, and a
score. A course must be followed as a whole to ask whether it was warned of, so the rest is the
engine's, which the pages ask too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, time, timedelta
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, FloatField, OuterRef, Q, Subquery, Window
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, DenseRank, RowNumber

from alongside import catalogue
from alongside.consent.models import Consent
from alongside.delivery.models import TherapySession
from alongside.engine.instruments.shapes import Instrument
from alongside.engine.outcomes.expected import FinishedCourse, StartBand, from_scores, start_bands
from alongside.engine.outcomes.of_instrument import change_of
from alongside.engine.outcomes.tracking import Hits, Measured, TrackRules, measured
from alongside.insights.models import ExpectedCourse
from alongside.measures import queries as measures
from alongside.measures.models import Response
from alongside.people.models import Institution
from alongside.records import audit, prepared
from alongside.records.actions_base import action
from alongside.records.among import Ids
from alongside.records.reader import Reader

MADE_FROM = time(3)  # in the institution's own night
FORM, PART = "c_measures@", "service_statistics"  # who agreed to be counted with others


def expected(*, seen_by: Reader) -> Any:
    """What is expected, by measure, for whoever may read it."""
    return ExpectedCourse.objects.visible_to(seen_by).order_by("instrument")


def expected_in(institutions: Collection[UUID], *, seen_by: Reader) -> list[ExpectedCourse]:
    """What is expected in some institutions, for whoever may read it."""

    def rows(institutions: Ids) -> Any:
        return expected(seen_by=seen_by).filter(institution__among=institutions)

    return prepared.rows("norms.in", rows, seen_by=seen_by, institutions=Ids(institutions))


def bands_of(row: ExpectedCourse) -> tuple[StartBand, ...]:
    """The bands of a night, as the engine takes them."""
    return tuple(
        StartBand(
            low=each["low"],
            high=each["high"],
            courses=each["courses"],
            low_change=_by_session(each["low_change"]),
            lower_change=_by_session(each["lower_change"]),
            middle_change=_by_session(each["middle_change"]),
            high_change=_by_session(each["high_change"]),
            counts={int(session): n for session, n in each["counts"].items()},
            watch_below=each["watch_below"],
            red_below=each["red_below"],
        )
        for each in row.found["bands"]
    )


def measured_of(row: ExpectedCourse, which: str) -> Measured | None:
    """How well a rule did: ``rules`` are the published ones, ``own`` the bands of this service."""
    found = row.found.get(which)
    if found is None:
        return None
    return Measured(
        found["courses"], found["never_seen"], Hits(**found["worse"]), Hits(**found["not_better"])
    )


def watched_instruments() -> list[Instrument]:
    """The newest version of each measure that a way of helping names as its main one."""
    cat = catalogue.current()
    here = {each.ref.id for each in cat.instruments.values()}
    named = {
        measure.instrument
        for way in cat.offered.values()
        for measure in way.measures
        if measure.primary
    }
    return [cat.instrument(id) for id in sorted(named & here)]


def edges_of(instrument: Instrument) -> tuple[float, ...]:
    """Where the start bands of a measure begin: its own published ranges; empty without them."""
    info = change_of(instrument)
    lows = sorted({float(b.lowest) for b in instrument.bands if b.score == info.score})
    if len(lows) < 2 or info.highest is None:
        return ()
    return (*lows, float(info.highest))


def is_due(institution: Institution, at: datetime, *, by: Reader) -> bool:
    """Is a night over since this was last made? Nothing was ever made: yes."""
    here = at.astimezone(ZoneInfo(institution.zone))
    night = datetime.combine(here.date(), MADE_FROM, here.tzinfo)
    if night > here:
        night -= timedelta(days=1)
    rows = ExpectedCourse.objects.visible_to(by).filter(institution=institution)
    return not rows.filter(made_at__gte=night).exists()


def make(*, institution: Institution, by: Reader, at: datetime) -> list[ExpectedCourse]:
    """Work out what finished courses of an institution say, for each main measure, and keep it.

    Two queries a measure, whatever there is. The work may take minutes, so it is done outside a
    transaction, which on SQLite would keep everybody else from writing; only the keeping is one.
    What was kept before is replaced.
    """
    return _keep(
        institution=institution,
        made=[_work_out(institution, each, by) for each in watched_instruments()],
        by=by,
        at=at,
    )


def _work_out(institution: Institution, instrument: Instrument, by: Reader) -> dict[str, Any]:
    given = _scores(institution, instrument, by)
    ended = given.aggregate(n=Count("circle__courses", distinct=True))["n"]
    counted = list(finished(given.filter(_has_agreed(by)), instrument, by=by))
    courses = [one for one in counted if one is not None]
    rules = catalogue.current().tracking.rules
    return {
        "instrument": instrument.ref.id,
        "ended": ended,
        "agreed": len(counted),
        "courses": sum(1 for one in courses if one.scores),
        "found": _found(courses, edges_of(instrument), change_of(instrument), rules),
    }


@action
def _keep(
    *, institution: Institution, made: list[dict[str, Any]], by: Reader, at: datetime
) -> list[ExpectedCourse]:
    """Keep the numbers of a night in place of those before."""
    kept, rows = ExpectedCourse.objects.visible_to(by).filter(institution=institution), []
    for each in made:
        row = kept.filter(instrument=each["instrument"]).first()
        row = row or ExpectedCourse(institution=institution, instrument=each["instrument"])
        row.made_at = at
        for name in ("ended", "agreed", "courses", "found"):
            setattr(row, name, each[name])
        row.save()
        rows.append(row)
    audit.write(
        "insights.expected_courses_made",
        by=by,
        at=at,
        about=institution,
        detail={"measures": str(len(rows))},
    )
    return rows


def finished(given: Any, instrument: Instrument, *, by: Reader) -> Iterator[FinishedCourse | None]:
    """The courses behind some scores, one after the other, in an order that stays the same.

    None stands for a course without a first score.

    Nobody's id leaves the database: courses are told apart by a running number.
    """
    score, limits = change_of(instrument).score, catalogue.current().tracking
    held = (
        TherapySession.objects.visible_to(by)
        .filter(course=OuterRef("circle__courses"), held=True, held_at__lt=OuterRef("answered_at"))
        .order_by()
        .values("course")
        .annotate(n=Count("pk"))
        .values("n")
    )
    whose = [F("circle__courses"), F("respondent")]
    rows = (
        given.filter(
            answered_at__gte=F("circle__courses__started_at") - limits.baseline_age,
            answered_at__lte=F("circle__courses__ended_at") + limits.after_end,
        )
        .annotate(
            session=Coalesce(Subquery(held), 0),
            points=Cast(KeyTextTransform(score, "scores"), FloatField()),
        )
        .filter(points__isnull=False)
        .annotate(
            number=Window(DenseRank(), order_by=whose),
            newest=Window(
                RowNumber(),
                partition_by=[*whose, F("session")],
                order_by=[F("answered_at").desc(), F("pk").asc()],
            ),
        )
        .filter(newest=1)
        .order_by("number", "session")
        .values_list("number", "circle__courses__sessions_planned", "session", "points")
    )
    for _number, several in groupby(rows.iterator(chunk_size=5000), key=lambda row: row[0]):
        of_course = list(several)
        planned = of_course[0][1]
        yield from_scores({row[2]: row[3] for row in of_course}, planned)


def _scores(institution: Institution, instrument: Instrument, by: Reader) -> Any:
    """Scores that those who were treated gave about themselves in courses that are over."""
    return measures.that_stand(Response.objects.visible_to(by)).filter(
        institution=institution,
        instrument__startswith=f"{instrument.ref.id}@",
        about=F("respondent"),
        entered_in_error=False,
        circle__courses__treated__person=F("respondent"),
        circle__courses__completion__in=catalogue.current().tracking.counted,
    )


def _has_agreed(by: Reader) -> Q:
    rows = Consent.objects.visible_to(by).filter(
        person=OuterRef("respondent"),
        form__startswith=FORM,
        parts__icontains=f'"{PART}"',
        withdrawn_at=None,
    )
    return Q(Exists(rows))


def _found(
    courses: list[FinishedCourse], edges: tuple[float, ...], info: Any, rules: TrackRules
) -> dict[str, Any]:
    later = [one for one in courses if one.scores]
    bands: tuple[StartBand, ...] = ()
    if edges and info.higher_is is not None:
        bands = start_bands(
            later,
            edges,
            higher_is=info.higher_is,
            fewest=rules.fewest,
            watch_below=rules.watch_below,
            red_below=rules.red_below,
        )
    starts = [
        {
            "low": low,
            "high": high,
            "courses": sum(
                low <= one.start and (one.start < high or one.start == high == edges[-1])
                for one in later
            ),
        }
        for low, high in pairwise(edges)
    ]
    by_rules = measured(later, info=info, rules=rules)
    by_bands = measured(later, info=info, rules=rules, edges=edges) if bands else None
    return {
        "starts": starts,
        "bands": [asdict(band) for band in bands],
        "rules": None if by_rules is None else asdict(by_rules),
        "own": None if by_bands is None else asdict(by_bands),
        "fewest": rules.fewest,
        "folds": rules.folds,
    }


def _by_session(found: Mapping[str, float]) -> dict[int, float]:
    return {int(session): float(change) for session, change in found.items()}

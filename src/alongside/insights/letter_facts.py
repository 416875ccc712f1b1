"""What a letter may name: values of the record about whom it is about, and of nobody else.

Their own answers about themself, their goals, their sheets, what they try at home, how often they
met. Never what others said, never notes, never what was found about danger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.delivery import artefacts, queries
from alongside.directory import queries as directory
from alongside.engine import artefacts as forms
from alongside.engine.letters import Facts, Kind
from alongside.engine.outcomes.course import Point, progress
from alongside.insights.progress import Series, series
from alongside.plans import queries as plans
from alongside.records.reader import Reader

Day = Callable[[date], str]
Row = Mapping[str, str]
LINES = 3  # whom to call: the first that answer


def letter_facts(
    *,
    kind: Kind,
    course: Any,
    about: Any,
    to: str,
    seen_by: Reader,
    at: datetime,
    language: str,
    day: Day,
) -> Facts:
    """The values for a letter of a course.

    Args:
        about: whom the course treats and the letter is about; everything is about them.
        to: who gets it, where that is somebody else.
        language, day: of its words, and how a day is written.
    """
    zone = ZoneInfo(course.institution.zone)
    held = [
        row
        for row in queries.of_course(seen_by=seen_by, course=course)
        if row.held and any(one.person_id == about.pk for one in row.came)
    ]
    words = catalogue.current().reasons(language)
    days = [row.held_at.astimezone(zone).date() for row in held]
    ended = course.ended_at.astimezone(zone).date() if course.ended_at else None
    return Facts(
        once={
            "name": about.name,
            "to": to,
            "service": course.institution.name,
            "writer": str(seen_by.name),
            "way": words.get(f"protocols/{course.protocol}/name", ""),
            "what": words.get(f"protocols/{course.protocol}/what", ""),
            "began": day(days[0]) if days else "",
            "ended": day(days[-1] if days else ended) if ended else "",
            "held": str(len(held)) if held else "",
            "planned": str(course.sessions_planned),
        },
        rows={
            **_measures(kind, course, about, seen_by, at, language, day),
            "goal": list(_goals(course, about, seen_by)),
            "sheet": list(_sheets(kind, course, about, seen_by, language, day)),
            "home": list(_at_home(course, about, seen_by)),
            "help": list(_lines(course, at, language)),
        },
    )


def _measures(
    kind: Kind, course: Any, about: Any, seen_by: Reader, at: datetime, language: str, day: Day
) -> dict[str, list[Row]]:
    """The person's own series since shortly before the course: answered once, and again."""
    zone = str(course.institution.zone)
    since = (course.started_at - catalogue.current().tracking.baseline_age).date()
    found: dict[str, list[Row]] = {"measure": [], "measure_once": []}
    for one in series(course.circle_id, seen_by=seen_by, at=at, zone=zone, about=about.pk):
        if one.respondent.pk != about.pk:
            continue
        marks = [mark for mark in one.marks if mark.score is not None and mark.on >= since]
        if not marks:
            continue
        first, last = marks[0], marks[-1]
        row = {
            "measure": one.instrument.name,
            "first": str(first.score),
            "first_day": day(first.on),
            "scale": _scale(one, language),
        }
        if len(marks) == 1:
            found["measure_once"].append(row)
            continue
        row |= {"last": str(last.score), "last_day": day(last.on)}
        found["measure"].append({**row, "change": _change(kind, one, marks, language)})
    return found


def _scale(one: Series, language: str) -> str:
    """From where to where the numbers go, and which way is better."""
    key = f"letter.higher_is_{one.change.higher_is or 'neither'}"
    ends = {"lowest": one.change.lowest, "highest": one.change.highest}
    return str(catalogue.current().sentence(key, language)).format(**ends)


def _change(kind: Kind, one: Series, marks: list[Any], language: str) -> str:
    """What may be said of the change, in the words for the person or for a colleague."""
    key = progress([Point(mark.on, mark.score) for mark in marks], one.change).sentence_key
    if kind.to == "person":
        key = key.replace("progress.", "progress.mine.", 1)
    return str(catalogue.current().sentence(key, language))


def _goals(course: Any, about: Any, seen_by: Reader) -> Iterator[Row]:
    for goal in plans.goals(seen_by=seen_by, plan=course.plan):
        if goal.about_id == about.pk and goal.marks:
            level = goal.level_words.get(str(goal.marks[-1].level), "")
            yield {"goal": goal.words.rstrip("."), "level": level.rstrip(".")}


def _sheets(
    kind: Kind, course: Any, about: Any, seen_by: Reader, language: str, day: Day
) -> Iterator[Row]:
    rows = artefacts.sheets(seen_by=seen_by).filter(course=course, about=about, is_complete=True)
    for row in rows.order_by("made_at", "pk"):
        form = catalogue.current().artefacts.get(row.form)
        if form is not None and form.ref.form in kind.forms:
            for text in forms.lines(form, artefacts.answers_of(row), language, day=day):
                yield {"line": text}


def _at_home(course: Any, about: Any, seen_by: Reader) -> Iterator[Row]:
    rows = queries.homework(seen_by=seen_by).filter(course=course, about=about, reviewed_at=None)
    for row in rows.filter(done="").order_by("set_at", "pk"):
        yield {"task": row.task}


def _lines(course: Any, at: datetime, language: str) -> Iterator[Row]:
    country = course.institution.country
    shown = directory.lines_to_show(country, at, kinds=("crisis",), language=language)
    for one in shown[:LINES]:
        if one.line.number:
            yield {"line": one.line.name, "number": one.line.number}

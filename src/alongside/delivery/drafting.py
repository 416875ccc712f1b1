"""The draft of a session's note: what was entered, gathered for ``engine.notes``.

It speaks of the person the note is about and of nobody else: once signed, that person may read it.
What was found about danger stays where it is kept; the draft says only that it was asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.catalogue import UnknownContent
from alongside.crisis import queries as crisis
from alongside.delivery import artefacts, queries, rules
from alongside.delivery.models import Homework, ProgressNote, TherapySession
from alongside.engine import artefacts as forms
from alongside.engine import notes as engine
from alongside.engine.notes import Drafting, Entered, Line
from alongside.measures import queries as measures
from alongside.plans import queries as plans
from alongside.records.reader import Reader

Day = Callable[[date], str]
ATTENDED = {"attended": "note.attended", "late": "note.late"}


def draft_of(
    note: ProgressNote, *, seen_by: Reader, language: str, day: Day = date.isoformat
) -> tuple[Line, ...]:
    """What may be put into a note: sentences, each with its part and what it comes from.

    Args:
        seen_by: only what this reader may read is drawn on.
        language: of the sentences around what was entered.
        day: how a day is written.
    """
    cat = catalogue.current()
    drafting = Drafting(
        parts=(
            *(
                (line.id, line.kind)
                for line in plans.protocol_at(note.session.course, note.session.held_at).skeleton
            ),
            (rules.FREE_PART, ""),
        ),
        spots=cat.notes.spots,
        otherwise=rules.FREE_PART,
    )
    entries = _Entries(note, seen_by, language, day)
    return engine.draft(entries.all(), drafting, cat.sentences(language))


def drawn_from(note: ProgressNote) -> tuple[Line, ...]:
    """The sentences of a signed note that came from what was entered, as they were then."""
    rows = json.loads(note.drawn_from) if note.drawn_from else []
    return tuple(Line(row["part"], row["text"], row["source"], row["kind"]) for row in rows)


class _Entries:
    """What was entered around one session about the person its note is about."""

    def __init__(self, note: ProgressNote, seen_by: Reader, language: str, day: Day) -> None:
        self.note, self.session, self.seen_by = note, note.session, seen_by
        self.language, self.day = language, day
        self.zone = ZoneInfo(self.session.institution.zone)
        held = queries.sessions(seen_by=seen_by).filter(course=self.session.course, held=True)
        self.before: TherapySession | None = (
            held.filter(held_at__lt=self.session.held_at).order_by("-held_at").first()
        )

    def all(self) -> Iterator[Entered]:
        """Every entry, in the order in which a session goes."""
        yield from self.attendance()
        yield from self.danger()
        yield from self.measures()
        yield from self.agenda()
        yield from self.homework_told()
        yield from self.sheets()
        yield from self.steps()
        yield from self.homework_set()

    def attendance(self) -> Iterator[Entered]:
        source = f"session:{self.session.pk}"
        for row in queries.attendance(seen_by=self.seen_by, session=self.session):
            if row.person_id == self.note.about_id and row.word in ATTENDED:
                values = {"name": row.person.name, "minutes": str(self.session.minutes or "")}
                yield Entered("attendance", source, ATTENDED[row.word], values)

    def danger(self) -> Iterator[Entered]:
        source = f"session:{self.session.pk}"
        rows = crisis.safety_checks(seen_by=self.seen_by).filter(source=source)
        if rows.filter(about=self.note.about_id).exists():
            yield Entered("danger_asked", source, "note.danger_asked")

    def measures(self) -> Iterator[Entered]:
        """What the person answered about themself in the session, or since the one before."""
        until = self.session.held_at + timedelta(minutes=self.session.minutes or 0)
        rows = list(
            measures.over_time(seen_by=self.seen_by, circle=self.session.circle_id).filter(
                about=self.note.about_id, respondent=self.note.about_id
            )
        )
        corrected = {row.corrects_id for row in rows if row.corrects_id}
        rows = sorted(
            (row for row in rows if row.pk not in corrected), key=lambda row: row.answered_at
        )
        last: dict[str, Any] = {}
        for row in rows:
            name = row.instrument.partition("@")[0]
            here = row.asking is not None and row.asking.occasion == f"session:{self.session.pk}"
            since = self.before is None or row.answered_at > self.before.held_at
            if here or (since and row.answered_at <= until):
                yield self._measure(row, last.get(name))
            last[name] = row

    def _measure(self, row: Any, before: Any) -> Entered:
        score, band = self._score(row)
        values = {"name": self._name(row), "day": self._on(row), "score": score, "band": band}
        sentence = "note.measure_band" if band else "note.measure"
        if not score:
            sentence = "note.measure_unscored"
        elif before is not None and (earlier := self._score(before)[0]):
            values |= {"before": earlier, "before_day": self._on(before)}
            sentence += "_again"
        return Entered("measure", f"measure:{row.pk}", sentence, values)

    def _score(self, row: Any) -> tuple[str, str]:
        instrument = catalogue.current().instruments.get(row.instrument)
        score = row.scores.get(instrument.main_score if instrument else "total")
        band = row.band
        with suppress(UnknownContent):
            band = catalogue.current().wording(row.instrument, self.language).bands.get(band, band)
        return ("" if score is None else str(score)), band

    def _name(self, row: Any) -> str:
        instrument = catalogue.current().instruments.get(row.instrument)
        return instrument.name if instrument else str(row.instrument)

    def _on(self, row: Any) -> str:
        return self.day(row.answered_at.astimezone(self.zone).date())

    def agenda(self) -> Iterator[Entered]:
        lines = [line.strip().rstrip(".") for line in rules.lines_of(self.session.agenda)]
        values = {"lines": "; ".join(line for line in lines if line)}
        yield Entered("agenda", f"session:{self.session.pk}", "note.agenda", values)

    def homework_told(self) -> Iterator[Entered]:
        """What became of what was set the time before."""
        if self.before is None:
            return
        for row in self._homework(self.before).exclude(done=""):
            source = f"homework:{row.pk}"
            texts = [
                (f"note.homework_{row.done}", "task", row.task),
                ("note.homework_obstacle", "obstacle", row.obstacle),
                ("note.homework_learning", "learning", row.learning),
            ]
            for sentence, place, text in texts:
                yield Entered("homework_told", source, sentence, {place: _plain(text)})

    def homework_set(self) -> Iterator[Entered]:
        for row in self._homework(self.session):
            values = {"task": _plain(row.task), "when_where": _plain(row.when_where)}
            sentence = "note.homework_set_when" if values["when_where"] else "note.homework_set"
            yield Entered("homework_set", f"homework:{row.pk}", sentence, values)

    def _homework(self, session: TherapySession) -> Any:
        rows: Any = Homework.objects.visible_to(self.seen_by)
        return rows.filter(session=session, about=self.note.about_id).order_by("set_at", "pk")

    def sheets(self) -> Iterator[Entered]:
        """The lines that forms offer for the note, as their content says."""
        for row in artefacts.for_note(seen_by=self.seen_by, session=self.session):
            form = catalogue.current().artefacts.get(row.form)
            if form is None or form.note is None or row.about_id != self.note.about_id:
                continue
            answers = artefacts.answers_of(row)
            for text in forms.lines(form, answers, self.language, day=self.day):
                yield Entered("artefact", f"sheet:{row.sheet}", text=text, part=form.note.part)

    def steps(self) -> Iterator[Entered]:
        names = _step_names(self.session)
        for row in queries.steps_in(seen_by=self.seen_by, session=self.session):
            values = {"step": names.get(row.step, row.step), "reason": row.reason}
            yield Entered("step", f"step:{row.pk}", f"note.step_{row.state}", values)


def _step_names(session: TherapySession) -> Mapping[str, str]:
    way = plans.protocol_of(session.course)
    return {step.id: step.name for phase in way.phases for step in phase.steps}


def _plain(text: str) -> str:
    """Without the full stop, which the sentence brings."""
    return text.strip().rstrip(".")

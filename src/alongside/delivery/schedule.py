"""What each course asks of whom and when: the schedule of content with what has happened.

The same few queries, however many courses. Rows are read for a reader; the service itself asks as
``system``. What is due is worked out by ``engine.protocols.asking``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.calendar.models import Booking
from alongside.catalogue import UnknownContent
from alongside.consent.models import Consent, Refusal
from alongside.consent.queries import fact_of
from alongside.delivery import rules
from alongside.delivery.models import Reminder, ScheduleChange, StepRecord, TherapySession, Timing
from alongside.engine.consent import ConsentFact, RefusalFact, permitted
from alongside.engine.instruments import Instrument
from alongside.engine.protocols.asking import (
    Asked,
    Change,
    CourseDates,
    Kind,
    Occasion,
    Outcome,
    Word,
    due,
    joined,
    outcome_of,
)
from alongside.engine.protocols.shapes import MeasureRule, Protocol
from alongside.measures.models import Asking
from alongside.measures.rules import may_be_sent
from alongside.notify.models import Message
from alongside.people.models import Member, Person
from alongside.plans.models import Course, CoursePerson
from alongside.plans.queries import asks_still

MEASURES_FORM = "c_measures"
YES_OR_NO = "may anything go out to somebody: yes or no, and not what they signed"


@dataclass(frozen=True, slots=True)
class Line:
    """One time one person is asked one instrument in one course.

    ``asking`` is there once it was asked, ``outcome`` what became of it by today. ``by_hand``: a
    person asks this one, it is never sent.
    """

    course: Course
    person: Person
    about: Person
    instrument: Instrument
    occasion: Occasion
    by_hand: bool
    asking: Asking | None = None
    timing: Timing | None = None
    outcome: Outcome | None = None

    @property
    def is_left_out(self) -> bool:
        """Not asked on purpose: paused, stopped, ended by a no, or the same was asked before."""
        if self.asking is not None and self.asking.ended_because:
            return True
        return self.occasion.state in ("paused", "stopped", "covered")


@dataclass(frozen=True, slots=True)
class Part:
    """What one person is asked in one course: its lines, its changes, and why nothing goes out."""

    course: Course
    protocol: Protocol
    person: Person
    asks: tuple[tuple[MeasureRule, Instrument], ...]
    lines: tuple[Line, ...]
    changes: tuple[ScheduleChange, ...]
    held_back: str  # "", or no_consent, withdrawn, not_in, left, closed, over


def zone_of(course: Course) -> ZoneInfo:
    """The zone in which the days of a course are counted."""
    return ZoneInfo(course.institution.zone)


def courses(*, seen_by: Any) -> Any:
    """Courses with what a schedule needs of them."""
    return Course.objects.visible_to(seen_by).select_related(
        "plan__case", "circle__focus", "institution", "deliverer__person"
    )


def parts(found: Iterable[Course], *, seen_by: Any, at: datetime) -> list[Part]:
    """The schedule of each person in each of these courses; a fixed number of queries."""
    known = [(course, way) for course in found if (way := _protocol(course)) is not None]
    facts = _Facts([course for course, _way in known], seen_by, at)
    made = []
    for course, protocol in known:
        for person, asked_rules in _whom(course, protocol, facts.treated[course.pk]):
            made.append(_part(course, protocol, person, asked_rules, facts, at))
    return made


def _former(
    course: Course, person: Person, facts: _Facts
) -> list[tuple[Protocol, datetime, list[tuple[MeasureRule, Instrument]]]]:
    """The versions a course ran on before, each until when and what it asked of this person."""
    found = []
    for one in course.former:
        until = datetime.fromisoformat(one["until"])
        way = catalogue.current().protocols.get(one["protocol"])
        if way is None or course.started_at is None or until <= course.started_at:
            continue  # before the start only the version it starts with counts
        whom = _whom(course, way, facts.treated[course.pk])
        own = next((asks for other, asks in whom if other.pk == person.pk), [])
        found.append((way, until, own))
    return found


def held_back(course: Course, person: Person, *, seen_by: Any, at: datetime) -> str:
    """Why nothing may go out to this person about this course now; empty when it may."""
    return _Facts([course], seen_by, at).held_back(course, person)


def later(line: Line, *, closes_at: datetime) -> Line:
    """The same line, open until another moment."""
    return replace(line, occasion=replace(line.occasion, closes_at=closes_at))


def may_be_told(circle: Any, person: UUID, *, seen_by: Any, at: datetime) -> bool:
    """Is this person here to be asked: a member now, or the person once they came in?"""
    case = circle.case
    if case.state == "closed":
        return False
    if person == circle.focus_id:
        return case.engaged_at is not None and case.engaged_at <= at
    places = Member.objects.visible_to(seen_by).filter(circle=circle, person=person, to_at=None)
    return bool(places.exists())


# -- the facts, in a fixed number of queries ------------------------------------------------------


class _Facts:
    """Everything that is known about some courses, by course, person and circle."""

    def __init__(self, rows: Sequence[Course], seen_by: Any, at: datetime) -> None:
        self.at = at
        ids = [course.pk for course in rows]
        circles = {course.circle_id for course in rows}
        self.treated: dict[UUID, list[Person]] = defaultdict(list)
        people = CoursePerson.objects.visible_to(seen_by).filter(course__in=ids)
        for treated in people.select_related("person").order_by("pk"):
            self.treated[treated.course_id].append(treated.person)
        self.held: dict[UUID, list[datetime]] = defaultdict(list)
        sessions = TherapySession.objects.visible_to(seen_by).filter(course__in=ids, held=True)
        for course, moment in sessions.order_by("number").values_list("course_id", "held_at"):
            self.held[course].append(moment)
        self.next: dict[str, datetime] = {}
        # A time that has just gone by is still the next session until somebody tells how it was.
        untold = timedelta(days=catalogue.current().asking_times.session_open_days)
        ahead = Booking.objects.visible_to(seen_by).filter(
            circle__in=circles, cancelled_at=None, ends_at__gte=at - untold, session=None
        )
        for about, moment in ahead.order_by("starts_at").values_list("about", "starts_at"):
            self.next.setdefault(about, moment)
        self.steps: dict[UUID, dict[str, datetime]] = defaultdict(dict)
        if any("phase_end" in rule.when for course in rows for rule in _rules(course)):
            done = (
                StepRecord.objects.visible_to(seen_by).filter(course__in=ids).exclude(state="part")
            )
            for course, step, moment in done.order_by("done_at").values_list(
                "course_id", "step", "done_at"
            ):
                self.steps[course][step] = moment
        self.askings: dict[tuple[UUID, UUID], list[Asking]] = defaultdict(list)
        asked = Asking.objects.visible_to(seen_by).filter(circle__in=circles)
        for asking in asked.select_related("timing").order_by("asked_at"):
            self.askings[asking.circle_id, asking.respondent_id].append(asking)
        self.changes: dict[tuple[UUID, UUID], list[ScheduleChange]] = defaultdict(list)
        for change in ScheduleChange.objects.visible_to(seen_by).filter(course__in=ids):
            self.changes[change.course_id, change.respondent_id].append(change)
        self.members: set[tuple[UUID, UUID]] = set(
            Member.objects.visible_to(seen_by)
            .filter(circle__in=circles, to_at=None)
            .values_list("circle_id", "person_id")
        )
        self.consents: dict[UUID, list[ConsentFact]] = defaultdict(list)
        for consent in Consent.objects.unscoped(YES_OR_NO).filter(circle__in=circles):
            self.consents[consent.circle_id].append(fact_of(consent))
        self.refusals: dict[UUID, list[RefusalFact]] = defaultdict(list)
        for no in Refusal.objects.unscoped(YES_OR_NO).filter(circle__in=circles):
            self.refusals[no.circle_id].append(
                RefusalFact(str(no.person_id), no.about, no.refused_at.date(), no.refused_at)
            )

    def held_back(self, course: Course, person: Person) -> str:
        """Why nothing may go out to this person: the first reason that holds."""
        case, circle = course.plan.case, course.circle
        if case.state == "closed":
            return "closed"
        if person.pk == circle.focus_id:
            if case.engaged_at is None or case.engaged_at > self.at:
                return "not_in"
        elif (circle.pk, person.pk) not in self.members:
            return "left"
        if course.ended_at is not None and course.completion in rules.NO_FOLLOW_UP:
            return "over"
        if not self._may(course, person, _form_of(course, person)):
            return "no_consent"
        forms = {fact.form_id for fact in self._own(course, person)}
        noes = {
            no.about.partition(":")[2] or no.about
            for no in self.refusals[course.circle_id]
            if no.person == str(person.pk)
        }
        named = forms | {no.partition("@")[0] for no in noes}
        if MEASURES_FORM in named and not self._may(course, person, MEASURES_FORM):
            return "withdrawn"
        return ""

    def asked_from(self, course: Course, person: Person) -> datetime | None:
        """From when a first measure may be asked: a plan is there and the person agreed."""
        proposed: datetime = course.plan.proposed_at
        form = _form_of(course, person)
        given = [fact.at for fact in self._own(course, person) if fact.form_id == form and fact.at]
        if given and self._may(course, person, form):
            return max(proposed, *given)
        return proposed if course.started_at is not None else None

    def _own(self, course: Course, person: Person) -> list[ConsentFact]:
        mine, about = str(person.pk), {"", f"course:{course.pk}"}
        found = self.consents[course.circle_id]
        return [fact for fact in found if fact.person == mine and fact.about in about]

    def _may(self, course: Course, person: Person, form: str) -> bool:
        given = self.consents[course.circle_id]
        if course.ended_at is not None:
            # What ended with its course still carries what the course agreed on for afterwards.
            end = course.ended_at.date()
            given = [
                replace(fact, ended_on=None) if fact.ended_on and fact.ended_on >= end else fact
                for fact in given
            ]
        return permitted(
            given,
            person=str(person.pk),
            form=form,
            on=self.at.date(),
            about=f"course:{course.pk}",
            refusals=self.refusals[course.circle_id],
        ).allowed

    def dates(self, course: Course, protocol: Protocol, person: Person) -> CourseDates:
        """What the engine needs to know of a course for one person."""
        return CourseDates(
            asked_from=self.asked_from(course, person),
            started_at=course.started_at,
            ended_at=course.ended_at,
            held=tuple(self.held[course.pk]),
            next_at=self.next.get(f"course:{course.pk}"),
            phase_ends=_phase_ends(protocol, course.variant, self.steps[course.pk]),
        )


def _part(
    course: Course,
    protocol: Protocol,
    person: Person,
    asked_rules: Sequence[tuple[MeasureRule, Instrument]],
    facts: _Facts,
    at: datetime,
) -> Part:
    zone, times = zone_of(course), catalogue.current().asking_times
    changes = facts.changes[course.pk, person.pk]
    former = _former(course, person, facts)
    every = [*(pair for _way, _until, asks in former for pair in asks), *asked_rules]
    instruments = {instrument.ref.id: instrument for _rule, instrument in every}
    own = {
        id: [
            row
            for row in facts.askings[course.circle_id, person.pk]
            if row.instrument.partition("@")[0] == id
            and row.about_id == _about(course, person, instrument).pk
        ]
        for id, instrument in instruments.items()
    }
    by_slot = {
        (id, row.timing.slot): row
        for id, rows in own.items()
        for row in rows
        if getattr(row, "timing", None) is not None and row.timing.course_id == course.pk
    }
    by_key = {str(row.pk): row for rows in own.values() for row in rows}

    def occasions_of(
        way: Protocol, asks: Sequence[tuple[MeasureRule, Instrument]]
    ) -> tuple[Occasion, ...]:
        return due(
            [rule for rule, _instrument in asks],
            facts.dates(course, way, person),
            asked=[
                Asked(id, _slot_in(row, course), row.asked_at, str(row.pk))
                for id, rows in own.items()
                for row in rows
            ],
            changes=[
                Change(cast(Word, row.word), row.since, row.days, row.until, row.instrument)
                for row in changes
            ],
            least_days={
                id: instrument.interval.min_days or 0 for id, instrument in instruments.items()
            },
            times=times,
            zone=zone,
            at=at,
        )

    occasions = occasions_of(protocol, asked_rules)
    names = {rule.instrument for rule, _instrument in asked_rules}
    for way, until, asks in reversed(former):
        before = occasions_of(way, asks)
        occasions = joined(before, occasions, until.astimezone(zone).date(), names)
        names |= {rule.instrument for rule, _instrument in asks}
    known = {(each.instrument, each.slot) for each in occasions}
    # What was asked for a time that is no more, such as a session that was cancelled.
    gone = [_gone(id, slot, row) for (id, slot), row in by_slot.items() if (id, slot) not in known]
    of = {rule.instrument: rule.of for rule, _instrument in every}
    today = at.astimezone(zone).date()
    lines = []
    for occasion in sorted([*occasions, *gone], key=lambda one: (one.opens_at, one.instrument)):
        instrument = instruments[occasion.instrument]
        asking = by_key.get(occasion.asked_key)
        lines.append(
            Line(
                course=course,
                person=person,
                about=_about(course, person, instrument),
                instrument=instrument,
                occasion=occasion,
                by_hand=of[occasion.instrument] == "clinician" or not may_be_sent(instrument),
                asking=asking,
                timing=getattr(asking, "timing", None),
                outcome=_outcome(occasion, asking, today, at, zone),
            )
        )
    return Part(
        course,
        protocol,
        person,
        tuple(asked_rules),
        tuple(lines),
        tuple(changes),
        facts.held_back(course, person),
    )


def _gone(instrument: str, slot: str, asking: Asking) -> Occasion:
    return Occasion(
        instrument=instrument,
        slot=slot,
        kind=cast(Kind, slot.partition(":")[0]),
        on=asking.due_on,
        opens_at=asking.asked_at,
        closes_at=asking.expires_at,
        state="asked",
        asked_key=str(asking.pk),
    )


def outcome_of_asking(asking: Asking, *, at: datetime, zone: ZoneInfo) -> Outcome | None:
    """What became of an asking by a moment; None while its day has not passed."""
    answered = asking.answered_at
    return outcome_of(
        due_on=asking.due_on,
        answered_on=None if answered is None else answered.astimezone(zone).date(),
        is_declined=asking.declined_at is not None,
        is_over=asking.expires_at <= at,
        today=at.astimezone(zone).date(),
    )


def _outcome(
    occasion: Occasion, asking: Asking | None, today: date, at: datetime, zone: ZoneInfo
) -> Outcome | None:
    if asking is not None:
        return None if asking.ended_because else outcome_of_asking(asking, at=at, zone=zone)
    if occasion.state == "missed" or (occasion.state == "due" and occasion.on < today):
        return "not_asked"
    return None


def _slot_in(row: Asking, course: Course) -> str:
    timing: Timing | None = getattr(row, "timing", None)
    return timing.slot if timing is not None and timing.course_id == course.pk else ""


def _protocol(course: Course) -> Protocol | None:
    found: Protocol | None = catalogue.current().protocols.get(course.protocol)
    return found


def _rules(course: Course) -> tuple[MeasureRule, ...]:
    protocol = _protocol(course)
    return () if protocol is None else protocol.measures_of(course.variant)


def _form_of(course: Course, person: Person) -> str:
    """Treating the person needs the person's consent; helping a member needs the member's."""
    return "c_treatment" if person.pk == course.circle.focus_id else "c_family"


def _about(course: Course, person: Person, instrument: Instrument) -> Person:
    """An informant's form is about the person of the circle, every other about who answers."""
    return course.circle.focus if instrument.respondent == "informant" else person


def _whom(
    course: Course, protocol: Protocol, treated: Sequence[Person]
) -> list[tuple[Person, list[tuple[MeasureRule, Instrument]]]]:
    """Each person who is asked in a course, with the rules for them; instruments not here left
    out."""
    focus = course.circle.focus
    found: dict[UUID, tuple[Person, list[tuple[MeasureRule, Instrument]]]] = {}
    for rule in protocol.measures_of(course.variant):
        try:
            instrument = catalogue.current().instrument(rule.instrument)
        except UnknownContent:
            continue
        if not asks_still(course, instrument.ref.id):
            continue
        whom: Mapping[str, Sequence[Person]] = {
            "person": treated,
            "each_member": treated,
            "relatives": [person for person in treated if person.pk != focus.pk],
            "clinician": [focus],
        }
        for person in whom.get(rule.of, ()):
            found.setdefault(person.pk, (person, []))[1].append((rule, instrument))
    return list(found.values())


def _phase_ends(
    protocol: Protocol, variant: str, done: Mapping[str, datetime]
) -> tuple[tuple[str, datetime], ...]:
    """When each phase was over: its last required step was done, or left out with a reason."""
    ends = []
    for phase in protocol.phases_of(variant):
        needed = [
            step.id
            for step in phase.steps
            if step.required and (not step.variants or variant in step.variants)
        ]
        if needed and all(step in done for step in needed):
            ends.append((phase.id, max(done[step] for step in needed)))
    return tuple(ends)


def sent_by_letter(askings: Iterable[UUID], *, seen_by: Any) -> dict[UUID, str]:
    """Where the newest letter about each asking stands: waiting, sent, withheld or given_up."""
    rows = Reminder.objects.visible_to(seen_by).filter(timing__asking__in=list(askings))
    newest: dict[UUID, str] = {
        row.timing.asking_id: f"letter:{row.letter}"
        for row in rows.select_related("timing").order_by("made_at")
    }
    messages = Message.objects.unscoped("whether a letter went out, not what it says").filter(
        about__in=newest.values()
    )
    states: dict[str, str] = {}
    for row in messages:
        state = "sent" if row.sent_at else "withheld" if row.withheld_at else "waiting"
        states[row.about] = "given_up" if row.given_up_at else state
    return {asking: states[about] for asking, about in newest.items() if about in states}


def reminders_of(timings: Iterable[UUID], *, seen_by: Any) -> dict[UUID, list[Reminder]]:
    """The messages about some askings, by timing, oldest first."""
    found: dict[UUID, list[Reminder]] = defaultdict(list)
    rows = Reminder.objects.visible_to(seen_by).filter(timing__in=list(timings))
    for row in rows.order_by("number"):
        found[row.timing_id].append(row)
    return found

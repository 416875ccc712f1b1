"""Hold a session, write its note, set something to try at home."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max

from alongside.access import readers
from alongside.access.models import Account
from alongside.calendar.models import Booking
from alongside.cases import actions as cases
from alongside.crisis import reports
from alongside.delivery import artefacts, countersigning, queries, rules
from alongside.delivery.models import (
    Addition,
    Attendance,
    Homework,
    ProgressNote,
    StepRecord,
    TherapySession,
)
from alongside.engine import notes
from alongside.engine.artefacts import Who
from alongside.engine.notes import Line
from alongside.engine.protocols import gates as gate_rules
from alongside.engine.protocols import steps as step_rules
from alongside.engine.protocols.gates import GateState
from alongside.engine.protocols.shapes import AgendaItem
from alongside.engine.protocols.steps import StepState
from alongside.people.models import Person
from alongside.plans import queries as plan_queries
from alongside.plans.models import Course
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Held, NotAllowed, Refused, Unfit
from alongside.tasks import actions as tasks
from alongside.tasks.models import Task

BEFORE_START = timedelta(hours=12)  # the course may be marked as started after its first session


class GatesClosed(Held):
    """Something that must be true before a session is not. ``states`` say what and why."""

    states: tuple[GateState, ...]


class NotStarted(Refused):
    """The course has not started, or has ended."""


class AlreadyTold(Refused):
    """What happened at that time is written down already. ``session`` says what."""

    session: TherapySession


class Cancelled(Refused):
    """The time was given back; nothing was held then."""


class NobodyCame(Refused):
    """Nobody came: that is a session that was not held."""


class NotExpected(Refused):
    """Attendance leaves out somebody the course treats, or names somebody else."""


class UnknownWord(Unfit):
    """A word or number that is not in its list. ``field`` and ``value`` say which."""

    field: str
    value: object


class NeedsWords(Unfit):
    """Something must be said in words. ``field`` names it."""

    field: str


class NotHappenedYet(Unfit):
    """The session lies in the future."""


class Incomplete(Unfit):
    """The note lacks parts that every session has. ``missing`` names them."""

    missing: tuple[AgendaItem, ...]


class NamesAnother(Unfit):
    """The note of one names others who were there. ``parts`` says where, ``people`` whom."""

    parts: tuple[str, ...]
    people: tuple[Person, ...]


class UnknownPart(Unfit):
    """A note has no such part, or the part is longer than can be kept. ``part`` names it."""

    part: str


class SafeguardingOpen(Held):
    """Somebody at risk was named: the safeguarding lead is told before the record is closed."""


class NotSigned(Refused):
    """A draft is changed, not added to."""


class AlreadySigned(Refused):
    """A signed note is not changed; it is added to."""


class AlreadyReviewed(Refused):
    """It was looked at together; what came of it stays as it is."""


class NotTheAuthor(Held):
    """Only who wrote it signs it."""


class UnknownStep(Unfit):
    """The protocol has no such step in this variant."""


class FormMissing(Refused):
    """The step makes a form that is not here yet. ``form``, how many there are and are wanted."""

    form: str
    there: int
    wanted: int


class StepLocked(Held):
    """The step waits for others, or for a gate. ``step_state`` says for what."""

    step_state: StepState


@action
def hold_session(
    *,
    course: Course,
    attendance: Mapping[Person, str | rules.Came],
    minutes: int,
    held_at: datetime,
    by: Any,
    at: datetime,
    booking: Booking | None = None,
    agenda: Sequence[str] = (),
    said: frozenset[str] = frozenset(),
) -> TherapySession:
    """Write down a session that was held, who came, and begin a note about each as a draft.

    Args:
        attendance: a word for each person treated, or ``rules.Came`` with by how much somebody
            was late, or why they did not come and whose reason it was; at least one came.
        minutes: how long it took, 1 to 480.
        held_at: when it began, UTC; not after ``at``.
        said: what only the practitioner can say of the day, such as ``fit_today``.

    Raises:
        NotStarted, GatesClosed, NotHappenedYet, AlreadyTold, Cancelled, NobodyCame, NotExpected,
        UnknownWord.
    """
    by.confirm_create("session", institution=course.institution_id, circle=course.circle_id)
    _must_run(course, held_at, at)
    came = rules.came(attendance)
    _must_be_expected(course, came)
    if not any(each.has_come for each in came.values()):
        raise NobodyCame
    if not 1 <= minutes <= rules.LONGEST_MINUTES:
        raise UnknownWord(field="minutes", value=minutes)
    states = plan_queries.session_gates(course=course, seen_by=by, at=held_at, said=said)
    if not gate_rules.may_start(states):
        raise GatesClosed(states=states)
    _untold(course, booking, held_at, at)
    me = readers.person_for(by, institution=course.institution_id, circle=course.circle_id)
    sessions = TherapySession.objects.unscoped("number the sessions of this course")
    last = sessions.filter(course=course, held=True).aggregate(last=Max("number"))["last"] or 0
    session = TherapySession.objects.create(
        institution_id=course.institution_id,
        circle_id=course.circle_id,
        course=course,
        booking=booking,
        practitioner=course.deliverer,
        written_by=me,
        number=last + 1,
        held=True,
        held_at=held_at,
        minutes=minutes,
        agenda=json.dumps(list(agenda), ensure_ascii=False) if agenda else "",
    )
    _attend(session, came)
    for person, each in came.items():
        if each.has_come:
            ProgressNote.objects.create(
                institution_id=course.institution_id,
                circle_id=course.circle_id,
                session=session,
                about=person,
                written_by=me,
                changed_at=at,
            )
    audit.write("delivery.session_held", by=by, at=at, about=session)
    if "lead" in by.roles:
        cases.touch(case=course.plan.case, by=by, at=at)
    return session


@action
def not_held(
    *,
    course: Course,
    because: str,
    when: datetime,
    by: Any,
    at: datetime,
    booking: Booking | None = None,
    attendance: Mapping[Person, str | rules.Came] | None = None,
    whose: str = "",
    words: str = "",
) -> TherapySession:
    """Write down a session that was not held, and why. It is an outcome, not a gap.

    Two in a row that somebody missed without a word make a task: reach out within 48 hours.

    Args:
        because: ``did_not_attend``, ``cancelled_in_time``, ``cancelled_by_service`` or
            ``postponed``.
        whose: whose reason it was: ``person``, ``service`` or ``neither``; by ``because`` when
            left out. Nobody is blamed by it: it keeps the count of missed talks honest.
        attendance: a word for each person treated; by ``because`` when left out.

    Raises:
        NotStarted, NotHappenedYet, AlreadyTold, Cancelled, NotExpected, UnknownWord.
    """
    by.confirm_create("session", institution=course.institution_id, circle=course.circle_id)
    if because not in rules.NOT_HELD:
        raise UnknownWord(field="because", value=because)
    whose = whose or rules.WHOSE_OF[because]
    if whose not in rules.WHOSE:
        raise UnknownWord(field="whose", value=whose)
    _must_run(course, when, at)
    if attendance is None:
        treated = plan_queries.treated_by(course)
        attendance = dict.fromkeys(treated, rules.ATTENDANCE_OF[because])
    came = rules.came(attendance)
    _must_be_expected(course, came)
    if any(each.has_come for each in came.values()):
        raise UnknownWord(field="attendance", value="attended")
    _untold(course, booking, when, at)
    me = readers.person_for(by, institution=course.institution_id, circle=course.circle_id)
    sessions = TherapySession.objects.unscoped("number the sessions of this course")
    last = sessions.filter(course=course, held=True).aggregate(last=Max("number"))["last"] or 0
    session = TherapySession.objects.create(
        institution_id=course.institution_id,
        circle_id=course.circle_id,
        course=course,
        booking=booking,
        practitioner=course.deliverer,
        written_by=me,
        number=last + 1,
        held=False,
        held_at=when,
        not_held_because=because,
        not_held_by=whose,
        not_held_words=words.strip(),
    )
    _attend(session, came)
    audit.write(
        "delivery.session_not_held", by=by, at=at, about=session, detail={"because": because}
    )
    reach_out(course, by=by, at=at)
    return session


@action
def write_note(
    *, note: ProgressNote, parts: Mapping[str, str], expected: int, by: Any, at: datetime
) -> ProgressNote:
    """Save the draft of a note. Blank parts are allowed until it is signed.

    Args:
        parts: text by the id of a line of the protocol's skeleton, or ``other``.
        expected: the version that was read.

    Raises:
        AlreadySigned, NotTheAuthor, UnknownPart; StaleVersion with the row as it is now.
    """
    by.confirm("R", note)
    _draft_of(note, by)
    by.confirm("E", note)
    known = queries.parts_of_note(note)
    for part, text in parts.items():
        if part not in known or len(text) > rules.LONGEST_PART:
            raise UnknownPart(part=part)
    note.parts = json.dumps({k: v for k, v in parts.items() if v.strip()}, ensure_ascii=False)
    note.changed_at = at
    note.save_version(expected, ["parts", "changed_at"])
    audit.write("delivery.note_changed", by=by, at=at, about=note)
    return note


@action
def sign_note(
    *,
    note: ProgressNote,
    expected: int,
    by: Any,
    at: datetime,
    drafted: Sequence[Line] = (),
    blank: str = "",
    may_name: bool = False,
) -> ProgressNote:
    """Sign a note. From then on it is only added to.

    Args:
        drafted: the sentences that were offered; those that stand in the note word for word are
            kept with what they come from.
        blank: what a line says that was left blank, such as *None*, once its author was warned.
        may_name: its author was warned that it names others who were there, and lets it stand.

    Raises:
        Incomplete: a part that every session of the protocol has is blank, and ``blank`` too.
        NamesAnother: whom it is about may read it, and it names others of this session.
        SafeguardingOpen: a report about somebody at risk is still due (G5).
        AlreadySigned, NotTheAuthor, StaleVersion.
    """
    by.confirm("R", note)
    _draft_of(note, by)
    by.confirm("S", note)
    due = Task.objects.unscoped("G5: is a safeguarding report still due in this circle?")
    if due.filter(circle_id=note.circle_id, kind="safeguarding", done_at=None).exists():
        raise SafeguardingOpen
    if reports.wait_for_an_answer(note.circle_id):
        raise SafeguardingOpen
    written = rules.parts_of(note.parts)
    protocol = plan_queries.protocol_at(note.session.course, note.session.held_at)
    missing = step_rules.missing_agenda(protocol, written.keys())
    if missing and not blank.strip():
        raise Incomplete(missing=missing)
    if not may_name:
        _must_name_nobody_else(note, written)
    note.signed_at = at
    kept = [asdict(line) for line in notes.standing(drafted, written)]
    note.drawn_from = json.dumps(kept, ensure_ascii=False) if kept else ""
    if missing:
        written |= {line.id: blank.strip() for line in missing}
        note.parts = json.dumps(written, ensure_ascii=False)
    note.save_version(expected, ["parts", "signed_at", "drawn_from"])
    audit.write("delivery.note_signed", by=by, at=at, about=note)
    countersigning.ask_if_trainee(note, by=by, at=at)
    return note


@action
def add_to_note(*, note: ProgressNote, words: str, by: Any, at: datetime) -> Addition:
    """Correct or complete a signed note by adding to it."""
    by.confirm("C", note)
    if note.signed_at is None:
        raise NotSigned(note=note)
    if not words.strip():
        raise NeedsWords(field="words")
    addition = Addition.objects.create(
        institution_id=note.institution_id,
        circle_id=note.circle_id,
        note=note,
        about_id=note.about_id,
        written_by=readers.person_for(by, institution=note.institution_id, circle=note.circle_id),
        words=words,
        signed_at=at,
    )
    audit.write("delivery.addition_signed", by=by, at=at, about=note)
    countersigning.ask_again(note, addition.written_by_id, by=by, at=at)
    return addition


@action
def record_step(
    *,
    course: Course,
    step: str,
    by: Any,
    at: datetime,
    state: str = "done",
    reason: str = "",
    on_paper: bool = False,
    session: TherapySession | None = None,
) -> StepRecord:
    """Write down that a step of the protocol was done, in part, or left out and why.

    The last record of a step counts. A step that makes a form is done when as many as its phase
    asks for are filled in here, or somebody says that they are kept on paper.

    Args:
        on_paper: the form of this step is kept on paper or in somebody's own files.

    Raises:
        NotStarted, UnknownStep, UnknownWord, NeedsWords; FormMissing: its form is not there;
        StepLocked: it waits for something.
    """
    by.confirm_create("session", institution=course.institution_id, circle=course.circle_id)
    if course.ended_at is not None or not _is_time_for(course, step):
        raise NotStarted(course=course)
    if state not in rules.STEP_STATES:
        raise UnknownWord(field="state", value=state)
    if session is not None and session.course_id != course.pk:
        raise UnknownWord(field="session", value=str(session.pk))
    states = {one.step: one for one in queries.state_of(course=course, seen_by=by, at=at).steps}
    if step not in states:
        raise UnknownStep(step=step)
    if state == "left_out" and not reason.strip():
        raise NeedsWords(field="reason")
    if state != "left_out" and states[step].status == "locked":
        raise StepLocked(step_state=states[step])
    made = _form_made_by(course, step)
    if state == "done" and made and not on_paper:
        there = queries.artefacts_kept(seen_by=by, course=course).get(made, 0)
        wanted = queries.forms_wanted(plan_queries.protocol_of(course), course.variant, made)
        if there < wanted:
            raise FormMissing(form=made, there=there, wanted=wanted)
    record = StepRecord.objects.create(
        institution_id=course.institution_id,
        circle_id=course.circle_id,
        course=course,
        session=session,
        step=step,
        state=state,
        reason=reason,
        on_paper=on_paper and bool(made) and state != "left_out",
        done_at=at,
        written_by=readers.person_for(
            by, institution=course.institution_id, circle=course.circle_id
        ),
    )
    audit.write("delivery.step_recorded", by=by, at=at, about=course, detail={"step": step})
    return record


@action
def set_homework(
    *,
    session: TherapySession,
    about: Person,
    task: str,
    by: Any,
    at: datetime,
    form: str = "",
    why: str = "",
    when_where: str = "",
    difficulty: int | None = None,
    due_on: date | None = None,
) -> Homework:
    """Agree on something to try before the next session.

    Args:
        about: who tries it: somebody the course treats.
        form: the id of a form of the protocol that they fill in at home, ``thought_record``.
        difficulty: 0 to 10, as they find it now; None when nobody rated it.
        due_on: the day by which it is looked at again; today or later.

    Raises:
        NeedsWords, NotExpected, UnknownWord.
    """
    by.confirm_create("homework", institution=session.institution_id, circle=session.circle_id)
    if not task.strip():
        raise NeedsWords(field="task")
    if about not in plan_queries.treated_by(session.course):
        raise NotExpected(person=about)
    if difficulty is not None and not 0 <= difficulty <= rules.HARDEST:
        raise UnknownWord(field="difficulty", value=difficulty)
    if due_on is not None and due_on < at.date():
        raise UnknownWord(field="due_on", value=str(due_on))
    named = _form_for(session.course, about, form) if form else ""
    homework = Homework.objects.create(
        institution_id=session.institution_id,
        circle_id=session.circle_id,
        course_id=session.course_id,
        session=session,
        about=about,
        written_by=readers.person_for(
            by, institution=session.institution_id, circle=session.circle_id
        ),
        task=task,
        form=named,
        why=why,
        when_where=when_where,
        difficulty=difficulty,
        set_at=at,
        due_on=due_on,
    )
    audit.write("delivery.homework_set", by=by, at=at, about=homework)
    return homework


@action
def tell_homework(
    *,
    homework: Homework,
    done: str,
    expected: int,
    by: Any,
    at: datetime,
    obstacle: str = "",
    learning: str = "",
) -> Homework:
    """Write down what came of it: none, part or full. None of the three is a failure.

    Who it is for may tell it themself until it was looked at together.

    Raises:
        AlreadyReviewed, UnknownWord, StaleVersion.
    """
    if homework.about_id in by.persons:
        by.confirm("R", homework)
    else:
        by.confirm("E", homework)
    if done not in rules.DONE:
        raise UnknownWord(field="done", value=done)
    if homework.reviewed_at:
        raise AlreadyReviewed(homework=homework)
    homework.done, homework.obstacle, homework.learning = done, obstacle, learning
    homework.told_at = at
    homework.save_version(expected, ["done", "obstacle", "learning", "told_at"])
    audit.write("delivery.homework_told", by=by, at=at, about=homework, detail={"done": done})
    return homework


@action
def review_homework(*, homework: Homework, expected: int, by: Any, at: datetime) -> Homework:
    """Mark that it was looked at together: by staff, not by who tried it.

    Raises:
        AlreadyReviewed, StaleVersion.
    """
    by.confirm("E", homework)
    if homework.about_id in by.persons:
        raise NotAllowed(action="E", record=str(homework.pk))
    if homework.reviewed_at:
        raise AlreadyReviewed(homework=homework)
    homework.reviewed_at = at
    homework.save_version(expected, ["reviewed_at"])
    audit.write("delivery.homework_reviewed", by=by, at=at, about=homework)
    return homework


def _is_time_for(course: Course, step: str) -> bool:
    """A course has started, or the step belongs before that."""
    if course.started_at is not None:
        return True
    phases = plan_queries.protocol_of(course).before_start(course.variant)
    return any(one.id == step for phase in phases for one in phase.steps)


def _form_made_by(course: Course, step: str) -> str:
    """The form that a step of the protocol makes, or nothing."""
    phases = plan_queries.protocol_of(course).phases
    return next(
        (one.artefact or "" for phase in phases for one in phase.steps if one.id == step), ""
    )


def _form_for(course: Course, about: Person, form: str) -> str:
    """The full name of a form that this person may fill in at home."""
    found = artefacts.forms_of(course).get(form)
    who: Who = "person" if course.circle.focus_id == about.pk else "relative"
    if found is None or not found.is_for(who):
        raise UnknownWord(field="form", value=form)
    return str(found.ref)


def _attend(session: TherapySession, came: Mapping[Person, rules.Came]) -> None:
    for person, each in came.items():
        Attendance.objects.create(
            session=session,
            institution_id=session.institution_id,
            circle_id=session.circle_id,
            person=person,
            word=each.word,
            late_minutes=each.late_minutes,
            whose=each.whose,
            reason=each.reason.strip(),
        )


def _must_run(course: Course, when: datetime, at: datetime) -> None:
    if course.started_at is None or course.ended_at is not None:
        raise NotStarted(course=course)
    if when > at:
        raise NotHappenedYet(when=when)
    if when < course.started_at - BEFORE_START:
        raise NotStarted(course=course)


def _must_be_expected(course: Course, came: Mapping[Person, rules.Came]) -> None:
    if set(came) != set(plan_queries.treated_by(course)):
        raise NotExpected(persons=list(came))
    for each in came.values():
        if each.wrong:
            raise UnknownWord(field=each.wrong, value=getattr(each, each.wrong, each.word))


def _untold(course: Course, booking: Booking | None, when: datetime, at: datetime) -> None:
    """Lock the course, so that its sessions are told one at a time, and see that this is new."""
    Course.objects.unscoped("tell one at a time").select_for_update().get(pk=course.pk)
    told = TherapySession.objects.unscoped("what happened is told once")
    if booking is None:
        found = told.filter(course=course, held_at=when).first()
    else:
        now = Booking.objects.unscoped("tell one at a time").select_for_update().get(pk=booking.pk)
        if now.circle_id != course.circle_id:
            raise NotExpected(booking=booking)
        if now.cancelled_at is not None:
            raise Cancelled(booking=now)
        if now.starts_at > at:
            raise NotHappenedYet(when=now.starts_at)
        found = told.filter(booking=booking).first()
    if found is not None:
        raise AlreadyTold(session=found)


def reach_out(course: Course, *, by: Any, at: datetime) -> None:
    """Two in a row missed without a word: somebody reaches out, once, within 48 hours.

    Called by what writes down that a session was missed.
    """
    rows = TherapySession.objects.unscoped("were the last ones missed without a word?")
    last = rows.filter(course=course).order_by("-held_at")[: rules.MISSED_IN_A_ROW]
    words = [row.not_held_because for row in last]
    if words != ["did_not_attend"] * rules.MISSED_IN_A_ROW or by.account_id is None:
        return
    tasks.make_task(
        institution=course.institution,
        circle=course.circle,
        kind="reach_out",
        about=f"course:{course.pk}",
        what="Two talks in a row were missed without a word: reach out",
        for_role="lead",
        for_account=Account.objects.get(pk=by.account_id),
        by=by,
        at=at,
    )


def _must_name_nobody_else(note: ProgressNote, written: Mapping[str, str]) -> None:
    """In a session of several each has a note of their own, and reads there of themself alone."""
    rows = Attendance.objects.unscoped("who else was expected in this session")
    others = rows.filter(session=note.session_id).exclude(person=note.about_id)
    own = rules.words_of(note.about.name)
    found = {
        row.person: [
            part
            for part, text in written.items()
            if rules.names(text, rules.words_of(row.person.name) - own)
        ]
        for row in others.select_related("person").order_by("person_id")
    }
    people = tuple(person for person, parts in found.items() if parts)
    if people:
        named = {part for parts in found.values() for part in parts}
        raise NamesAnother(parts=tuple(part for part in written if part in named), people=people)


def _draft_of(note: ProgressNote, by: Any) -> None:
    if note.signed_at is not None:
        raise AlreadySigned(note=note)
    if not by.is_system and note.written_by_id not in by.persons:
        raise NotTheAuthor(note=note)

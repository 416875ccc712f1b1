"""A world put together by chance: rows of every model, with edges past, live and to come.

It asks nobody for a right and means nothing; it is there to compare the two forms of every rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from alongside.access.models import (
    Account,
    AccountPerson,
    Guardianship,
    KeptForm,
    LinkToken,
    Relationship,
    Separation,
)
from alongside.calendar.models import Booking, Busy, Feed, Resource
from alongside.cases.models import Case, Concern, Decision, OwnView, RightsRequest
from alongside.consent.models import Capacity, Consent, Refusal
from alongside.credentials.models import Credential
from alongside.crisis.models import (
    Alert,
    AlertEvent,
    CareForm,
    Contact,
    FollowUp,
    HandOver,
    MeansAction,
    SafeguardingEntry,
    SafeguardingNamed,
    SafeguardingReport,
    SafetyCheck,
    SafetyPlan,
    SafetyPlanLook,
    SafetyPlanShare,
    Shift,
)
from alongside.delivery.models import (
    Addition,
    Artefact,
    Attendance,
    Countersignature,
    GroupPart,
    GroupRound,
    GroupSession,
    GroupTalk,
    Homework,
    Letter,
    LetterGiven,
    ProcessNote,
    ProgressNote,
    StepRecord,
    TherapySession,
)
from alongside.directory.models import HelpOption, Hold, LineCheck, Service
from alongside.measures.models import KINDS, Asking, Response
from alongside.meetings.models import (
    Boundary,
    BoundaryLook,
    FamilyLetter,
    HelpingSheet,
    LearningRead,
    LetterReview,
    MeetingAfter,
    MeetingCheck,
    PlannedMeeting,
    RunMark,
    Seat,
    StopCall,
)
from alongside.notify.models import Attempt, Message
from alongside.people.models import (
    Circle,
    ContactPoint,
    Group,
    GroupMember,
    Institution,
    Member,
    Person,
    Practitioner,
)
from alongside.plans.models import Agreement, Course, CoursePerson, Goal, GoalRating, Plan
from alongside.records.scoped import writing
from alongside.tasks.models import Task

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
CIRCLE_ROLES = ("person", "concerned", "lead", "therapist", "on_call", "guardian")
HOUSE_ROLES = ("lead", "on_call", "manager", "coordinator", "privacy", "auditor", "admin")


@dataclass
class Chance:
    """What the test needs of the world."""

    accounts: list[Account]


class _Maker:
    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.n = 0

    def maybe(self, value: Any, share: float = 0.5) -> Any:
        return value if self.chance.random() < share else None

    def past(self, share: float = 0.5) -> datetime | None:
        return self.maybe(AT - timedelta(days=self.chance.randint(1, 30)), share)

    def one(self, rows: Any) -> Any:
        return self.chance.choice(list(rows))

    def aside(self) -> _Maker:
        """A maker whose draws change nothing that is drawn after them."""
        return _Maker(Random(self.n))

    def number(self) -> int:
        self.n += 1
        return self.n


def make(chance: Random) -> Chance:
    """Rows of every model that has a reader, few enough to compare each with each account."""
    with writing():
        return _make(_Maker(chance))


def _make(m: _Maker) -> Chance:
    houses = [
        Institution.objects.create(name="H", country="GB", zone="Europe/London", created_at=AT)
        for _ in range(2)
    ]
    services = [
        Service.objects.create(
            institution=h, name="S", setting="clinic", zone="Europe/London", created_at=AT
        )
        for h in houses
    ]
    staff = [_person(m, h, staff=True) for h in houses for _ in range(2)]
    practitioners = [
        Practitioner.objects.create(institution=p.institution, person=p) for p in staff
    ]
    circles = []
    for _ in range(3):
        house = m.one(houses)
        circles.append(
            Circle.objects.create(institution=house, focus=_person(m, house), created_at=AT)
        )
    people: dict[Any, list[Person]] = {c.pk: [c.focus] for c in circles}
    for _ in range(6):
        circle = m.one(circles)
        person = _person(m, circle.institution)
        people[circle.pk].append(person)
        Member.objects.create(
            institution=circle.institution,
            circle=circle,
            person=person,
            relation="friend",
            silent=m.one([True, False, False]),
            from_at=AT - timedelta(days=9),
            to_at=m.past(0.2),
        )
    everybody = [p for found in people.values() for p in found] + staff
    accounts = _accounts(m, everybody)
    groups = [
        Group.objects.create(
            institution=m.one(houses), kind="open", way="cbt", most=8, minutes=90, made_at=AT
        )
        for _ in range(2)
    ]
    _edges(m, accounts, circles, houses, practitioners, groups)
    for group in groups:
        _of_group(m, group, circles, people, staff)
    for _ in range(m.chance.randint(0, 4)):
        one, other = m.chance.sample(everybody, 2)
        Separation.objects.create(
            institution=one.institution, one=one, other=other, set_at=AT - timedelta(days=1),
            ended_at=m.past(0.2),
        )  # fmt: skip
    for person in m.chance.sample(everybody, 4):
        ContactPoint.objects.create(
            institution=person.institution,
            person=person,
            circle=m.maybe(m.one(circles)),
            channel="email",
            value_hash="x",
            created_at=AT,
        )
    for service in services:
        Shift.objects.create(
            institution=service.institution, service=service, account=m.one(accounts), order=1,
            local_start=AT, local_end=AT + timedelta(hours=8), zone="Europe/London",
            starts_at=AT, ends_at=AT + timedelta(hours=8),
        )  # fmt: skip
        LineCheck.objects.create(
            institution=service.institution, country="GB", line="gb_x", number="1", checked_at=AT
        )
    for practitioner in practitioners:
        Credential.objects.create(
            institution=practitioner.institution, practitioner=practitioner, code="x",
            issuer="x", jurisdiction="x", recorded_at=AT,
        )  # fmt: skip
    for account in accounts[:2]:
        KeptForm.objects.create(account=account, path="/x/", body="x", kept_at=AT)
        Feed.objects.create(
            institution=m.one(houses), account=account, sha256=uuid4().hex * 2, made_at=AT
        )
    for house in houses:
        _before_a_circle(m, house, accounts, people)
    for circle in circles:
        _of_circle(m, circle, people[circle.pk], practitioners, services, accounts)
    return Chance(accounts)


def _person(m: _Maker, house: Institution, *, staff: bool = False) -> Person:
    return Person.objects.create(institution=house, is_staff_member=staff, created_at=AT)


def _accounts(m: _Maker, everybody: list[Person]) -> list[Account]:
    accounts = []
    free = m.chance.sample(everybody, len(everybody))
    for _ in range(6):
        account = Account(
            email=f"{uuid4().hex}@example.org",
            created_at=AT,
            is_staff_member=m.one([True, False]),
            is_active=m.one([True] * 9 + [False]),
        )
        account.save()
        accounts.append(account)
        for _ in range(m.one([0, 1, 1, 2])):
            AccountPerson.objects.create(account=account, person=free.pop(), since=AT)
    return accounts


def _edges(
    m: _Maker, accounts: Any, circles: Any, houses: Any, practitioners: Any, groups: Any
) -> None:
    for _ in range(16):
        kind = m.one(["circle", "circle", "institution", "practitioner", "group"])
        targets, roles = {
            "circle": (circles, CIRCLE_ROLES),
            "institution": (houses, HOUSE_ROLES),
            "practitioner": (practitioners, ("supervisor",)),
            "group": (groups, ("facilitator",)),
        }[kind]
        target, role = m.one(targets), m.one(roles)
        start = AT + timedelta(days=m.one([-20, -10, -1, 0, 1]))
        end = m.one([None, None, AT, AT + timedelta(seconds=1), start + timedelta(days=5)])
        Relationship.objects.create(
            account=m.one(accounts),
            role=role,
            within=target if kind == "institution" else target.institution,
            valid_from=start,
            valid_to=None if end is None else max(start, end),
            waiting=m.one([False] * 7 + [True]),
            reason="chance",
            **{kind: target},
        )


def _of_group(m: _Maker, group: Group, circles: Any, people: Any, staff: Any) -> None:
    home: dict[str, Any] = {"institution": group.institution, "group": group}
    session = GroupSession.objects.create(
        **home, number=1, held_at=AT, minutes=90, written_by=m.one(staff), written_at=AT
    )
    GroupRound.objects.create(
        **home, number=uuid4(), instrument="x@1", asked_at=AT, written_by=m.one(staff)
    )
    for circle in m.chance.sample(circles, 2):
        state = m.one(["waiting", "in", "left"])
        person = m.one(people[circle.pk])
        member = GroupMember.objects.create(
            **home, circle=circle, person=person, state=state, fits=True, asked_at=AT,
            rules_agreed_at=AT, joined_at=AT if state == "in" else None,
        )  # fmt: skip
        own = {**home, "circle": circle, "member": member, "about": person}
        GroupTalk.objects.create(
            **own, written_by=m.one(staff), answers="{}", fits=True, talked_at=AT
        )
        GroupPart.objects.create(**own, meeting=session, word="attended", written_by=m.one(staff))


def _before_a_circle(m: _Maker, house: Institution, accounts: Any, people: Any) -> None:
    concerns = [
        Concern.objects.create(
            institution=house,
            state=m.one(["draft", "sent", "referred_on"]),
            path="x",
            intake="intake@1",
            began_at=AT,
        )
        for _ in range(3)
    ]
    for concern in concerns[:2]:
        closed = m.one([None, AT - timedelta(minutes=30), AT - timedelta(minutes=90)])
        _alert(m, accounts, institution=house, concern=concern, closed_at=closed)
        SafetyCheck.objects.create(
            institution=house, concern=concern, kind="intake", form="intake@1", checked_at=AT
        )
    _alert(m, accounts, institution=house, place="the hall", closed_at=None)
    LinkToken.objects.create(
        sha256=uuid4().hex * 2, purpose="resume_worry", target=concerns[0].pk, institution=house,
        created_at=AT, expires_at=AT + timedelta(days=1),
    )  # fmt: skip
    for about in ("concern:x", "alert:x", "shift:x", ""):
        Task.objects.create(
            institution=house, kind=f"t{m.number()}", about=about,
            for_role=m.one(["lead", "on_call", "manager", "privacy"]),
            for_account=m.maybe(m.one(accounts)), due_at=AT, made_at=AT,
        )  # fmt: skip


def _alert(m: _Maker, accounts: Any, *, closed_at: datetime | None, **more: Any) -> None:
    alert = Alert.objects.create(
        level=m.one("ABCDEFG"), rule="x@1", raised_at=AT, last_raised_at=AT,
        closed_at=closed_at, outcome="x" if closed_at else "", **more,
    )  # fmt: skip
    common = {"alert": alert, "institution": alert.institution, "circle": alert.circle}
    AlertEvent.objects.create(at=AT, kind="raised", **common)
    Contact.objects.create(at=AT, method="phone", reached=True, account=m.one(accounts), **common)
    one, other = m.chance.sample(list(accounts), 2)
    HandOver.objects.create(given_by=one, given_to=other, given_at=AT, accept_by=AT, **common)
    people = list(Person.objects.unscoped("chance").filter(institution=alert.institution))
    for kind in ("assessment", "debrief"):
        CareForm.objects.create(
            kind=kind, form="x@1", level="C" if kind == "assessment" else "", made_at=AT,
            written_by=m.one(people), **common,
        )  # fmt: skip
    if alert.circle is not None:
        FollowUp.objects.create(
            about=m.one(people), step="x", plan="x@1", from_at=AT, due_at=AT, **common
        )


def _of_the_persons_own(m: _Maker, home: dict[str, Any], persons: list[Person]) -> None:
    """Guardians, own views and requests; they draw from a stream of their own."""
    ward, guardian = m.one(persons), m.one(persons)
    if ward != guardian:
        Person._base_manager.filter(pk=ward.pk).update(birth_year=AT.year - 12)
        Guardianship.objects.create(
            **home,
            ward=ward,
            guardian=guardian,
            kind="parent",
            since=AT,
            sees=True,
            until=m.one([AT.date(), AT.date() + timedelta(days=9)]),
        )
    for _ in range(2):
        common = {**home, "person": m.one(persons), "written_by": m.one(persons)}
        OwnView.objects.create(**common, about="x", said_at=AT)
        RightsRequest.objects.create(
            **common, kind=m.one(["objection", "correction"]), asked_at=AT, answer_by=AT.date(),
            lifted_at=m.past(0.7),
        )  # fmt: skip


def _of_circle(
    m: _Maker, circle: Circle, persons: list[Person], practitioners: Any, services: Any,
    accounts: Any,
) -> None:  # fmt: skip
    home: dict[str, Any] = {"institution": circle.institution, "circle": circle}
    who = lambda: m.one(persons)  # noqa: E731
    writer = lambda: m.one(persons + [p.person for p in practitioners])  # noqa: E731
    case = Case.objects.create(
        **home, service=m.one(services), legal_basis="x", review_by=AT.date(), ends_on=AT.date(),
        opened_at=AT, last_step_at=AT, disclosed_at=m.past(0.4), engaged_at=m.past(0.4),
    )  # fmt: skip
    for state in ("taken", "sent"):
        concern = Concern.objects.create(
            **home, case=case, state=state, path="x", intake="intake@1", began_at=AT,
            written_by=m.maybe(who()),
        )  # fmt: skip
        # As the ones before a circle: the row itself may not know its circle yet.
        _alert(
            m, accounts, institution=circle.institution, concern=concern,
            circle=m.maybe(circle), about=m.maybe(who()), written_by=m.maybe(who()),
            closed_at=m.past(0.3),
        )  # fmt: skip
        SafetyCheck.objects.create(
            institution=circle.institution, concern=concern, circle=m.maybe(circle),
            about=who(), written_by=m.maybe(who()), kind="case", form="x@1", checked_at=AT,
        )  # fmt: skip
    _of_safety(m, home, who, writer)
    Decision.objects.create(**home, kind="method", chosen="x", decided_at=AT, written_by=writer())
    for form in ("c_release@1", "c_treatment@1"):
        Consent.objects.create(
            **home, person=who(), form=form, text_hash="x", language="en", given_how="paper",
            given_at=AT - timedelta(days=40),
            expires_on=(AT + timedelta(days=m.one([-1, 1]))).date(),
            withdrawn_at=m.past(0.2), written_by=writer(),
        )  # fmt: skip
    Refusal.objects.create(**home, person=who(), about="x", refused_at=AT, written_by=writer())
    _of_the_persons_own(m.aside(), home, persons)
    Capacity.objects.create(
        **home, person=who(), conclusion="in_doubt", assessed_at=AT, review_on=AT.date(),
        written_by=writer(),
    )  # fmt: skip
    Task.objects.create(
        **home, kind=f"t{m.number()}", about="asking:x", for_role="lead", due_at=AT, made_at=AT
    )
    message = Message.objects.create(
        institution=circle.institution, circle=m.maybe(circle), key=uuid4().hex, kind="x",
        channel="email", subject="x", due_at=AT, created_at=AT,
    )  # fmt: skip
    Attempt.objects.create(message=message, at=AT, outcome="accepted")
    LinkToken.objects.create(
        sha256=uuid4().hex * 2, purpose="join_circle", target=circle.pk, **home, created_at=AT,
        expires_at=AT + timedelta(days=1),
    )  # fmt: skip
    for kind in KINDS:
        common = {**home, "kind": kind, "about": who(), "respondent": who(), "written_by": writer()}
        Asking.objects.create(
            **common, instrument="phq9@1", asked_at=AT, due_on=AT.date(),
            expires_at=AT + timedelta(days=1),
        )  # fmt: skip
        Response.objects.create(
            **common, instrument="phq9@1", answers={}, answered_at=AT,
            kept_from_guardian=bool(m.n % 2),
        )  # fmt: skip
    starts = AT + timedelta(hours=m.number())  # nobody is in two places at a time
    practitioner = m.one(practitioners)
    room = Resource.objects.create(
        institution=circle.institution, name=uuid4().hex, capacity=4, made_at=AT
    )
    booking = Booking.objects.create(
        **home,
        practitioner=practitioner,
        persons=[str(who().pk)] if m.one([True, False]) else [],
        local_start=starts,
        zone="Europe/London",
        minutes=50,
        starts_at=starts,
        ends_at=starts + timedelta(minutes=50),
        made_at=AT,
    )
    for kind, one in (("practitioner", practitioner), ("person", who()), ("resource", room)):
        Busy.objects.create(
            **home, booking=booking, who=one.pk, starts_at=starts, ends_at=booking.ends_at,
            **{kind: one},
        )  # fmt: skip
    _of_meeting(m.aside(), home, case, practitioner, persons)
    _course(m, home, case, persons, practitioners)


def _of_meeting(
    m: _Maker, home: dict[str, Any], case: Case, lead: Any, persons: list[Person]
) -> None:
    """A planned meeting with its parts, letters and options; from a stream of its own."""
    meeting = PlannedMeeting.objects.create(
        **home, case=case, path="arise", lead=lead, began_at=AT, written_by=lead.person
    )
    of_it = {**home, "meeting": meeting}
    for member in Member._base_manager.filter(circle=home["circle"]):
        Seat.objects.create(**of_it, member=member, person=member.person)
    MeetingCheck.objects.create(
        **of_it, kind="lead", answers="{}", checked_at=AT, written_by=lead.person
    )
    StopCall.objects.create(**of_it, written_by=m.one(persons), called_at=AT)
    RunMark.objects.create(
        **of_it, word="begin", happened_at=AT, kept_at=AT, written_by=lead.person
    )
    MeetingAfter.objects.create(
        **of_it, what="first_help", said="yes", written_at=AT, written_by=lead.person
    )
    for writer in m.chance.sample(persons, min(2, len(persons))):
        shared = m.past(0.6)
        letter = FamilyLetter.objects.create(
            **of_it, written_by=writer, began_at=AT, saved_at=AT, shared_with_lead_at=shared,
            final_at=m.maybe(shared), given_at=m.maybe(AT),
        )  # fmt: skip
        LetterReview.objects.create(
            **home, letter=letter, about=writer, of_version=1, is_ready=True, reviewed_at=AT,
            written_by=lead.person,
        )  # fmt: skip
        boundary = Boundary.objects.create(
            **of_it, written_by=writer, kind="limit", topic="money", will="x", began_at=AT,
            saved_at=AT, shared_with_lead_at=m.maybe(shared or AT),
        )  # fmt: skip
        BoundaryLook.objects.create(
            **home, boundary=boundary, written_by=writer, went="kept", looked_at=AT
        )
        LearningRead.objects.create(**of_it, written_by=writer, page="illness", read_at=AT)
        HelpingSheet.objects.create(
            **of_it, written_by=writer, answers="{}", filled_at=AT, shared_with_lead_at=shared
        )
    option = HelpOption.objects.create(
        institution=home["institution"], name="x", kind="day", created_at=AT
    )
    Hold.objects.create(**home, option=option, made_at=AT)


def _of_safety(m: _Maker, home: dict[str, Any], who: Any, writer: Any) -> None:
    def by_whom() -> dict[str, Any]:
        return {**home, "about": who(), "written_by": writer()}

    plan = SafetyPlan.objects.create(
        **by_whom(), number=1, together=m.one([True, False]), made_at=AT
    )
    SafetyPlanLook.objects.create(**by_whom(), plan=plan, looked_at=AT)
    for part in ("people", "safer", "signs"):
        since = AT - timedelta(days=9)
        SafetyPlanShare.objects.create(
            **by_whom(), person=who(), part=part, whole=True, since=since,
            until=m.one([AT, AT + timedelta(days=9)]), ended_at=m.past(0.3),
        )  # fmt: skip
    for _ in range(2):
        report = SafeguardingReport.objects.create(
            **home, written_by=writer(), kind="child", filed_at=AT, answer_by=AT
        )
        SafeguardingNamed.objects.create(
            report=report, institution=report.institution, person=writer()
        )
        SafeguardingEntry.objects.create(
            report=report, institution=report.institution, account=m.one(Account.objects.all()),
            kind="note", at=AT,
        )  # fmt: skip
    MeansAction.objects.create(**by_whom(), due_on=AT.date(), set_at=AT, done_at=m.past())


def _course(
    m: _Maker, home: dict[str, Any], case: Case, persons: list[Person], practitioners: Any
) -> None:
    writers = persons + [p.person for p in practitioners]
    decision = Decision.objects.create(
        **home, kind="method", chosen="x", decided_at=AT, written_by=m.one(writers)
    )
    plan = Plan.objects.create(
        **home, case=case, decision=decision, proposed_at=AT, written_by=m.one(writers)
    )
    deliverer = m.one(practitioners)
    ended = m.past(0.3)
    course = Course.objects.create(
        **home, plan=plan, protocol="cbt@1", deliverer=deliverer, sessions_planned=3,
        ended_at=ended, completion="x" if ended else "",
    )  # fmt: skip
    for person in m.chance.sample(persons, m.chance.randint(1, len(persons))):
        CoursePerson.objects.create(**home, course=course, person=person)
    goal = Goal.objects.create(**home, plan=plan, about=m.one(persons), kind="feeling", set_at=AT)
    GoalRating.objects.create(**home, goal=goal, level=0, rated_at=AT, written_by=m.one(writers))
    Agreement.objects.create(
        **home, plan=plan, edition=1, person=m.one(persons), answer="yes", said_at=AT,
        written_by=m.one(writers),
    )  # fmt: skip
    session = TherapySession.objects.create(
        **home, course=course, practitioner=deliverer, written_by=m.one(writers), number=1,
        held=True, held_at=AT,
    )  # fmt: skip
    Attendance.objects.create(**home, session=session, person=m.one(persons), word="attended")
    StepRecord.objects.create(
        **home, course=course, step="x", done_at=AT, written_by=m.one(writers)
    )
    note = ProgressNote.objects.create(
        **home, session=session, about=m.one(persons), written_by=m.one(writers), changed_at=AT,
        signed_at=m.past(),
    )  # fmt: skip
    Addition.objects.create(
        **home, note=note, about=note.about, written_by=m.one(writers), signed_at=AT
    )
    Countersignature.objects.create(
        **home, note=note, about=note.about, supervisor=deliverer, asked_at=AT
    )
    signed = m.past()
    letter = Letter.objects.create(
        **home, course=course, about=m.one(persons), written_by=m.one(writers), kind="closing@1",
        language="en", begun_at=AT, changed_at=AT, signed_at=signed,
        shared_at=signed and m.past(),
    )  # fmt: skip
    LetterGiven.objects.create(
        **home, letter=letter, about=letter.about, written_by=m.one(writers), how="post",
        given_at=AT, written_at=AT,
    )  # fmt: skip
    about = m.one(persons)
    for each in writers:  # only a therapist who wrote it reads one: seldom enough, if all write
        ProcessNote.objects.create(
            **home, about=about, written_by=each, written_at=AT, changed_at=AT
        )
    Homework.objects.create(
        **home, course=course, session=session, about=m.one(persons), written_by=m.one(writers),
        set_at=AT,
    )  # fmt: skip
    Artefact.objects.create(
        **home, course=course, session=session, about=m.one(persons), written_by=m.one(writers),
        number=1, form="cbt/thought_record@1", answers="{}", is_complete=False,
        entered_from="home", made_at=AT,
    )  # fmt: skip

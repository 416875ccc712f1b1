"""Believable work for the demonstration, made by the same actions as real work.

A simulated clock runs through the months; each simulated day is one transaction. Whoever acts is
a reader with live relationships, so the demonstration cannot do what the rules refuse.
"""

from __future__ import annotations

import heapq
import itertools
import random
import re
from base64 import b32encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction

from alongside import catalogue
from alongside.access import actions as access
from alongside.access import readers
from alongside.access.models import Account
from alongside.calendar import actions as calendar
from alongside.calendar import rooms
from alongside.cases import actions as cases
from alongside.cases.models import Case, Concern
from alongside.catalogue import placed
from alongside.consent import actions as consent
from alongside.credentials import actions as credentials
from alongside.crisis import actions as crisis
from alongside.crisis import care, escalation, private_check, safeguarding, triage
from alongside.delivery import actions as delivery
from alongside.delivery import artefacts, reviews
from alongside.delivery import queries as progress
from alongside.delivery.models import ProgressNote
from alongside.directory import actions as directory
from alongside.directory.models import Service
from alongside.insights import tracking, watching
from alongside.measures import actions as measures
from alongside.notify import channels, dispatcher, transports
from alongside.notify import queries as notify
from alongside.notify.transports import Said
from alongside.people import actions as people
from alongside.people.models import Institution, Member, Person, Practitioner
from alongside.plans import actions as plans
from alongside.plans.models import Course, Goal
from alongside.plans.queries import treated_by
from alongside.records import clock, sealer
from alongside.records.errors import Refused
from alongside.records.reader import system

WHY = "the demonstration's own set-up"
Act = Callable[[], None]
# Numbers that Ofcom keeps free for films and books.
ON_CALL = {"hana": "+447700900123", "ifeoma": "+447700900456"}
UNDER_WAY = ("cbt", "craft")
BY_VIDEO = 4  # one story in so many talks by video
OFF_TRACK = 2  # the number of a story
REVIEWED_AFTER = timedelta(days=3)
FRESH = (timedelta(hours=26), timedelta(hours=2), timedelta(minutes=50))


@dataclass(slots=True)
class Staff:
    """One colleague of the demonstration."""

    key: str
    name: str
    email: str
    title: str
    account: Account
    practitioner: Practitioner
    roles: tuple[str, ...]


@dataclass(slots=True)
class Story:
    """One person's way through the service, as far as it has come."""

    number: int
    name: str
    need: str
    lead: Staff
    born: int
    relation: str
    kin: str
    start: datetime
    way: str
    concern: UUID = field(default_factory=uuid4)
    case: Case = field(init=False)
    focus: Person = field(init=False)
    member: Member = field(init=False)
    course: Course = field(init=False)
    has_course: bool = False
    phases_done: set[str] = field(default_factory=set)
    level: float = 17.0
    slope: float = -0.9
    held: int = 0


def read_script(name: str = "demo") -> Mapping[str, Any]:
    """The invented people and words, from content/demo/."""
    path = catalogue.roots()[0] / "demo" / f"{name}.yaml"
    found, mistakes = placed.load(path.read_text(encoding="utf-8"))
    if mistakes:
        line, column, words = mistakes[0]
        raise ValueError(f"{path}:{line}:{column}: {words}")
    script: Mapping[str, Any] = found
    return script


class Quiet:
    """A transport that takes every message and sends it nowhere."""

    def __init__(self, channel: str) -> None:
        self.channel = channel

    def send(self, *args: Any, **kwargs: Any) -> Said:
        return Said("accepted", "demonstration: not sent")


class Demonstration:
    """Everything that happens, in order of time."""

    def __init__(self, script: Mapping[str, Any], *, number: int, months: int, seed: int) -> None:
        self.script, self.number, self.seed = script, number, seed
        self.sheets: Mapping[str, Any] = read_script("sheets")["sheets"]
        self.chance = random.Random(seed)
        self.end = clock.now().replace(microsecond=0)
        self.begin = self.end - timedelta(days=30 * months)
        self.moment = self.begin
        self._queue: list[tuple[datetime, int, Act]] = []
        self._order = itertools.count()
        self.staff: dict[str, Staff] = {}
        self.stories: list[Story] = []
        self.refused: list[str] = []
        self.reviewing: set[UUID] = set()

    # -- time -----------------------------------------------------------------------------------

    def at(self, moment: datetime, act: Act) -> None:
        """Let something happen at a moment, if it is not after the end."""
        if moment < self.end:
            heapq.heappush(self._queue, (moment, next(self._order), act))

    def run(self) -> Iterator[tuple[int, int]]:
        """Let the months pass. Yields days done and days in all, for the progress line."""
        days = (self.end.date() - self.begin.date()).days + 1
        with clock.installed(lambda: self.moment):
            self._set_up()
            for number in range(days):
                day = self.begin.date() + timedelta(days=number)
                with transaction.atomic():
                    self._day(day)
                self._seal()
                yield number + 1, days

    def _day(self, day: date) -> None:
        evening = datetime.combine(day, time(23, 59), tzinfo=UTC)
        while self._queue and self._queue[0][0] <= min(evening, self.end):
            self.moment, _, act = heapq.heappop(self._queue)
            act()
            self._deliver()
        self.moment = min(evening, self.end)
        self._watch()
        escalation.run_once(at=self.moment)
        self._deliver()

    def _deliver(self) -> None:
        for channel in sorted(transports.offered()):
            dispatcher.send_due(transport=Quiet(channel), at=self.moment)

    def _seal(self) -> None:
        while sealer.seal(at=self.moment):
            pass

    # -- the house ------------------------------------------------------------------------------

    def _set_up(self) -> None:
        by, at, house = system(WHY, self.moment), self.moment, self.script["institution"]
        with transaction.atomic():
            self.home: Institution = people.make_institution(
                name=house["name"],
                country=house["country"],
                zone=house["zone"],
                jurisdiction=house["jurisdiction"],
                by=by,
                at=at,
            )
            place = self.script["service"]
            self.service: Service = directory.save_service(
                institution=self.home,
                name=place["name"],
                setting=place["setting"],
                opens=time.fromisoformat(place["opens"]),
                closes=time.fromisoformat(place["closes"]),
                fallback_email="fallback@demo.invalid",
                by=by,
                at=at,
            )
            for row in self.script["staff"]:
                self._hire(row)
            self.rooms = {
                row["of"]: rooms.save_room(
                    institution=self.home,
                    name=row["name"],
                    capacity=row["capacity"],
                    place=row["place"],
                    by=by,
                    at=at,
                )
                for row in self.script["rooms"]
            }
            follow = self.staff["ifeoma"]
            for key in ("asha", "joaquin", "mei"):
                access.grant(
                    account=follow.account,
                    role="supervisor",
                    practitioner=self.staff[key].practitioner,
                    reason="supervision",
                    by=by,
                    at=at,
                )
            self._check_lines()
            self._roster()
        for key, phone in ON_CALL.items():
            self.at(self.end - timedelta(days=20), partial(self._reach, key, phone))
        for number in range(self.number):
            self._plan_story(number)
        self.at(self.end - timedelta(minutes=7), self._leave_an_open_alert)
        for report in self.script["reports"]:
            ago = timedelta(hours=report["hours_ago"])
            self.at(self.end - ago, partial(self._report, report))

    def _hire(self, row: Mapping[str, Any]) -> None:
        by, at = system(WHY, self.moment), self.moment
        worker = people.add_practitioner(
            institution=self.home, name=row["name"], title=row["title"], by=by, at=at
        )
        account = access.create_account(
            email=row["email"], person=worker.person, name=row["name"], by=by, at=at
        )
        account.set_password(self.script["password"])
        account.save(update_fields=["password"])
        TOTP.activate(account, b32encode(row["email"].encode().ljust(20, b"-")[:20]).decode())
        for role in row["roles"]:
            if role in {"supervisor", "on_call"}:
                continue  # an edge to a practitioner; a shift
            access.grant(
                account=account, role=role, institution=self.home, reason="hired", by=by, at=at
            )
        for code in row["credentials"]:
            title = catalogue.current().credentials[code]
            held = credentials.record_credential(
                practitioner=worker,
                code=code,
                issuer=title.issuer,
                jurisdiction=title.jurisdiction,
                issued_on=(at - timedelta(days=400)).date(),
                expires_on=(self.end + timedelta(days=self.chance.choice([37, 210, 400]))).date(),
                by=by,
                at=at,
            )
            credentials.verify_credential(
                credential=held, state="primary_source_verified", by=by, at=at
            )
        self.staff[row["key"]] = Staff(
            row["key"],
            row["name"],
            row["email"],
            row["title"],
            account,
            worker,
            tuple(row["roles"]),
        )

    def _reach(self, key: str, phone: str) -> None:
        """Two tested ways to reach somebody who is on call, as they add them on their own page."""
        account = self.staff[key].account
        for kind, address in (("email", account.email), ("sms", phone)):
            by = readers.reader_for(account, self.moment)
            way = channels.add_channel(kind=kind, address=address, by=by, at=self.moment)
            seen_by = system(WHY, self.moment)
            sent = notify.messages_about(f"channel:{way.pk}", seen_by=seen_by)
            (code,) = re.findall(r"\b\d{6}\b", sent.get(kind=channels.TEST_MESSAGE).body)
            channels.answer_test(channel=way, code=code, by=by, at=self.moment)

    def _check_lines(self) -> None:
        country = self.home.country
        lines = catalogue.current().lines[country].lines

        def check() -> None:
            for line in lines:
                directory.check_line(
                    institution=self.home,
                    country=country,
                    line=line.id,
                    invented=True,
                    by=system(WHY, self.moment),
                    at=self.moment,
                )

        self.at(self.end - timedelta(days=18), check)

    def _roster(self) -> None:
        """Hana first and Dr Nwosu second, day by day, until two weeks after the end."""
        zone = self.home.zone
        day = self.begin.astimezone(ZoneInfo(zone)).date()
        last = self.end.date() + timedelta(days=15)
        while day < last:
            start = datetime.combine(day, time(8))
            for order, key in ((1, "hana"), (2, "ifeoma")):
                crisis.save_shift(
                    service=self.service,
                    account=self.staff[key].account,
                    order=order,
                    local_start=start,
                    local_end=start + timedelta(days=1),
                    zone=zone,
                    by=system(WHY, self.moment),
                    at=self.moment,
                )
            day += timedelta(days=1)

    # -- stories --------------------------------------------------------------------------------

    def _plan_story(self, number: int) -> None:
        pick, script = self.chance, self.script
        names = script["first_names"]
        first = names[number % len(names)]
        need = pick.choice([*script["worries"], "substance_use", "mood_danger", "mood_danger"])
        way = pick.choices(
            ("cbt", "craft", "preparing", "declined", "no_contact"), (42, 24, 14, 8, 12)
        )[0]
        span = (self.end - self.begin).total_seconds()
        days_in = pick.triangular(0, 1, 0.7) if way in {"cbt", "craft"} else pick.random()
        start = self.begin + timedelta(days=2, seconds=days_in * (span - 4 * 86400))
        start = start.replace(hour=pick.randint(9, 21), minute=pick.randint(0, 59))
        if number >= self.number - len(FRESH):  # what waits when somebody opens the demonstration
            start, way = self.end - FRESH[number - self.number], "preparing"
        elif number == OFF_TRACK:  # whose scores get worse, until somebody looks at it together
            start, way = self.end - timedelta(seconds=span * 0.6), "cbt"
        elif number < len(UNDER_WAY):  # whose person, and whose relative, can sign in
            start, way = self.end - timedelta(seconds=span * 0.7), UNDER_WAY[number]
            start = start.replace(hour=10, minute=0)
        relation = pick.choice(script["relations"])
        kin = f"{pick.choice(names)} {pick.choice(script['family_names'])}"
        story = Story(
            number=number,
            name=f"{first} {pick.choice(script['family_names'])[0]}.",
            need=need,
            lead=self.staff[pick.choice(["asha", "asha", "joaquin", "mei"])],
            born=pick.choice(range(1950, 2006)),
            relation=relation,
            kin=kin,
            start=start,
            way=way,
            level=pick.uniform(12, 22),
            slope=pick.choice([-1.6, -1.1, -0.8, -0.4, 0.1, 0.5]),
        )
        if number == OFF_TRACK:
            story.lead, story.level, story.slope = self.staff["asha"], 12.0, 1.1
        self.stories.append(story)
        self.at(start, lambda: self._worry(story))

    def _public(self) -> Any:
        return system("the demonstration's public door", self.moment)

    def _reader(self, staff: Staff) -> Any:
        return readers.reader_for(staff.account, self.moment)

    def _worry(self, story: Story) -> None:
        answers: dict[str, str | None] = {
            "badly_hurt": self.chance.choices(("no", "unsure", "yes"), (80, 15, 5))[0],
            "talk_of_dying": self.chance.choices(("no", "talk", None), (75, 15, 10))[0],
            "weapon_or_violence": self.chance.choices(("no", "past"), (90, 10))[0],
            "child_not_safe": self.chance.choices(("no", "worried"), (94, 6))[0],
        }
        raised: list[Any] = []
        for question, answer in answers.items():
            taken = crisis.take_worry(
                service=self.service,
                path="says_no",
                question=question,
                answer=answer,
                submission=str(uuid4()),
                concern_id=story.concern,
                by=self._public(),
                at=self.moment,
            )
            raised += taken.alerts
        if story.way != "no_contact":
            crisis.send_worry(
                concern_id=story.concern,
                submission=str(uuid4()),
                words=self.chance.choice(self.script["worries"][story.need]),
                about_alias=story.name,
                about_age_band="65_up" if story.born < 1960 else "26_64",
                relation=story.relation,
                contact=f"kin{story.number}@demo.invalid",
                contact_name=story.kin,
                safe_hours="",
                by=self._public(),
                at=self.moment,
            )
        for alert in dict.fromkeys(raised):
            self._answer_alert(alert, story.way != "no_contact")
        if answers["child_not_safe"] != "no":
            later = self.moment + timedelta(minutes=70)
            self.at(later, partial(self._answer_report, self.script["child_answer"], None))
        if story.way != "no_contact":
            wait = timedelta(hours=self.chance.randint(3, 30))
            self.at(self.moment + wait, lambda: self._open(story))

    def _answer_alert(self, alert: Any, reachable: bool) -> None:
        hana = self.staff["hana"]
        minutes = self.chance.randint(2, 9)

        def have() -> None:
            crisis.acknowledge(alert=alert, by=self._reader(hana), at=self.moment)

        def spoke() -> None:
            crisis.record_contact(
                alert=alert,
                method="phone",
                reached=True,
                note="Spoke for ten minutes. Safe tonight, not alone.",
                by=self._reader(hana),
                at=self.moment,
            )

        def close() -> None:
            if not reachable:
                crisis.close_alert(
                    alert=alert, outcome="no_way_to_reach", by=self._reader(hana), at=self.moment
                )
                return
            crisis.close_alert(
                alert=alert,
                outcome="reached_safe",
                fields={
                    "triage_code": "D",
                    "assessment_note": "Asked directly. No plan, no means at hand, not alone.",
                    "safety_plan_or_transfer": "safety_plan",
                    "means_safety": "none_needed",
                    "means_safety_note": "Nothing at hand.",
                    "next_contact_at": (self.moment + timedelta(days=2)).isoformat(),
                    "named_person": hana.name,
                },
                by=self._reader(hana),
                at=self.moment,
            )
            for row in care.follow_ups(seen_by=system(WHY, self.moment)).filter(alert=alert):
                self.at(row.due_at - timedelta(hours=9), partial(self._follow_up, row))

        self.at(self.moment + timedelta(minutes=minutes), have)
        if reachable:
            self.at(self.moment + timedelta(minutes=minutes + 9), spoke)
        self.at(self.moment + timedelta(minutes=minutes + 34), close)
        if alert.level in {"A", "B"} and reachable:

            def confirm() -> None:
                # Dr Nwosu looks again while her edge to the alert is still there.
                crisis.confirm_close(alert=alert, by=self._reader(second), at=self.moment)

            second = self.staff["ifeoma"]
            self.at(self.moment + timedelta(minutes=minutes + 50), confirm)

    def _follow_up(self, row: Any) -> None:
        """What is due after a crisis, by whoever leads the case."""
        opened = (each for each in self.stories if hasattr(each, "case"))
        story = next(each for each in opened if each.case.circle_id == row.circle_id)
        lead = self._reader(story.lead)
        for due in care.follow_ups(seen_by=lead, circle=row.circle_id).filter(pk=row.pk):
            if due.done_at is None:
                said = self.script["follow_up"]
                care.record_follow_up(
                    row=due, outcome="reached", note=said, by=lead, at=self.moment
                )

    def _report(self, report: Mapping[str, Any]) -> None:
        """A safeguarding report about nobody's case; the first one has its answer."""
        asha = self._reader(self.staff["asha"])
        house = Institution.objects.visible_to(asha).get()
        words = {key: report[key] for key in ("kind", "words", "said_by", "at_risk", "wishes")}
        row = safeguarding.file_report(institution=house, by=asha, at=self.moment, **words)
        if "told" in report:
            later = self.moment + timedelta(minutes=50)
            self.at(later, partial(self._answer_report, report, row.pk))

    def _answer_report(self, like: Mapping[str, Any], pk: UUID | None) -> None:
        """The lead reads and answers one report, or every one that waits."""
        by = self._reader(self.staff["priya"])
        waiting = safeguarding.all_reports(seen_by=by).filter(decided_at=None)
        for report in list(waiting if pk is None else waiting.filter(pk=pk)):
            safeguarding.receive(report=report, by=by, at=self.moment)
            safeguarding.add_entry(
                report=report, kind="told", words=like["told"], by=by, at=self.moment
            )
            safeguarding.decide(
                report=report,
                decision="reported",
                because=like["because"],
                expected=report.version,
                by=by,
                at=self.moment,
            )

    def _open(self, story: Story) -> None:
        lead = self._reader(story.lead)
        concern = Concern.objects.visible_to(lead).get(pk=story.concern)
        opened = triage.open_case(
            concern=concern,
            service=self.service,
            legal_basis="legitimate_interest_care",
            legal_reason="The family asked for help; weighed against the person, least data.",
            alias=story.name,
            needs=[story.need],
            reporter_joins=True,
            by=lead,
            at=self.moment,
        )
        story.case, story.focus = opened.case, opened.circle.focus
        if opened.reporter is not None:
            story.member = opened.reporter
        self._tell_facts(story)
        self.at(self.moment + timedelta(days=1, hours=2), lambda: self._ask_alone(story))
        if self.chance.random() < 0.8:
            self.at(self.moment + timedelta(days=2), lambda: self._second_voice(story))
        if self.chance.random() < 0.8:
            told = timedelta(days=self.chance.randint(12, 27))
            self.at(self.moment + told, lambda: self._tell_the_person(story))
        if story.way == "preparing":
            return
        if story.way == "declined":
            self.at(self.moment + timedelta(days=20), lambda: self._close(story, 3))
            return
        self.at(self.moment + timedelta(days=4), lambda: self._choose(story))

    def _tell_facts(self, story: Story) -> None:
        lead = self._reader(story.lead)
        people.correct_person(
            person=story.focus,
            version=story.focus.version,
            birth_year=story.born,
            by=lead,
            at=self.moment,
        )
        cases.keep_facts(
            case=story.case,
            version=story.case.version,
            facts={
                "person": {"age": self.moment.year - story.born, "setting": "home"},
                "needs": [story.need],
                "seeks_help": "accepts" if story.way == "cbt" else "refuses",
                "danger": {
                    "suicide": "none",
                    "violence_to_others": "none",
                    "violence_from_circle": "none",
                    "psychosis": "no",
                    "withdrawal_risk": "none",
                    "child_at_risk": "no",
                },
                "professional": {"lead": "credentialed"},
            },
            needs=[story.need],
            by=lead,
            at=self.moment,
        )
        story.case.refresh_from_db()

    def _second_voice(self, story: Story) -> None:
        """The lead speaks to somebody they chose themself, alone too."""
        lead = self._reader(story.lead)
        relation = self.chance.choice(["friend", "sibling", "colleague", "neighbour"])
        other = people.add_member(
            circle=story.case.circle,
            relation=relation,
            name=f"{self.chance.choice(self.script['first_names'])} "
            f"{self.chance.choice(self.script['family_names'])}",
            roles=["supporter"],
            by=lead,
            at=self.moment,
        )
        private_check.answer(
            circle=story.case.circle,
            person=other.person,
            answers={"afraid": "no", "stopped": "no", "device": "yes", "hide": None},
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _tell_the_person(self, story: Story) -> None:
        """Within a month the person is told that something is held about them."""
        case = Case.objects.visible_to(self._reader(story.lead)).get(pk=story.case.pk)
        if case.disclosed_at is None and case.state != "closed":
            cases.disclose(
                case=case, version=case.version, by=self._reader(story.lead), at=self.moment
            )

    def _ask_alone(self, story: Story) -> None:
        private_check.answer(
            circle=story.case.circle,
            person=story.member.person,
            answers={"afraid": "no", "stopped": "no", "device": "yes", "hide": "no"},
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _choose(self, story: Story) -> None:
        lead, case = self._reader(story.lead), story.case
        way = "cbt" if story.way == "cbt" else "craft"
        treated = story.focus if way == "cbt" else story.member.person
        if way == "cbt":
            case.refresh_from_db()
            cases.engage_person(
                case=case,
                version=case.version,
                address=f"person{story.number}@demo.invalid",
                base_url="http://127.0.0.1:8000",
                by=lead,
                at=self.moment,
            )
            lead = self._reader(story.lead)
        decision = cases.record_decision(
            circle=case.circle,
            kind="method",
            chosen=way,
            reason="It fits what was said and what the family wants to try first.",
            about=f"protocol:{catalogue.current().protocol(way).ref}",
            by=lead,
            at=self.moment,
        )
        plan = plans.propose_plan(
            case=case,
            decision=decision,
            protocol=way,
            variant="depression" if way == "cbt" else "",
            persons=[treated],
            deliverer=story.lead.practitioner,
            by=lead,
            at=self.moment,
        )
        story.course, story.has_course = plan.courses.visible_to(lead).get(), True
        kind = self.chance.choice(["feeling", "thinking", "behaving"])
        goal = self.chance.choice(self.script["goals"][kind])
        plans.set_goal(
            plan=plan,
            about=treated,
            kind=kind,
            words=goal["words"],
            levels=dict(zip(plans.LEVELS, goal["levels"], strict=True)),
            by=lead,
            at=self.moment,
        )
        consent.give(
            circle=case.circle,
            person=treated,
            form="c_treatment" if way == "cbt" else "c_family",
            given_how="spoken",
            witness=story.lead.name,
            expires_on=(self.moment + timedelta(days=300)).date(),
            about=f"course:{story.course.pk}",
            by=lead,
            at=self.moment,
        )
        consent.give(
            circle=case.circle,
            person=treated,
            form="c_measures",
            given_how="spoken",
            witness=story.lead.name,
            expires_on=(self.moment + timedelta(days=300)).date(),
            parts=("charts", "service_statistics"),
            by=lead,
            at=self.moment,
        )
        plans.agree(
            plan=plan, edition=plan.edition, person=treated, answer="yes", by=lead, at=self.moment
        )
        self._measure(story, treated)
        self.at(self.moment + timedelta(days=1), lambda: self._start(story, treated))

    def _measure(self, story: Story, treated: Person, *, danger: bool = False) -> None:
        """What is asked by private links, answered by the person themself."""
        total = max(0, min(27, round(story.level + self.chance.gauss(0, 1.4))))
        answers = self._answers(total)
        if danger:
            answers["item_9"] = 1
        self._ask(story, treated, "phq9", answers, always=danger)
        if story.way != "cbt":
            self._ask(story, treated, "carer_strain_nrs", self._strain(story.level))
        else:
            self._ask(story, treated, "gad7", self._anxiety(story.level))

    def _ask(
        self,
        story: Story,
        treated: Person,
        instrument: str,
        answers: Mapping[str, object],
        *,
        always: bool = False,
    ) -> None:
        lead = self._reader(story.lead)
        asking = measures.make_asking(
            circle=story.case.circle,
            about=treated,
            respondent=treated,
            instrument=instrument,
            occasion=f"course:{story.course.pk}",
            by=lead,
            at=self.moment,
        )
        if not always and self.chance.random() < 0.12:
            return  # not answered: that week stays empty
        token = access.issue_link(
            purpose="answer",
            target=asking.pk,
            person=treated,
            circle=story.case.circle,
            expires_at=asking.expires_at,
            by=lead,
            at=self.moment,
        )
        reader = readers.reader_for_link(token, "answer", self.moment)
        recorded = measures.submit(
            asking=asking,
            answers=answers,
            submission=str(uuid4()),
            by=reader,
            at=self.moment,
        )
        for alert in () if always else recorded.alerts:
            self._answer_alert(alert, reachable=True)

    def _strain(self, level: float) -> dict[str, object]:
        """How strained, how able to go on, how safe: a parent's week at some level of worry."""
        strain = max(0, min(10, round(level / 2.2 + self.chance.gauss(0, 0.9))))
        able = max(0, min(10, round(10 - strain + self.chance.gauss(0, 1))))
        return {"item_1": strain, "item_2": able, "item_3": self.chance.choice((8, 9, 9, 10))}

    def _leave_an_open_alert(self) -> None:
        """Seven minutes before somebody looks: one answer that nobody has taken yet."""
        for story in self.stories:
            if story.held and story.way == "cbt":
                self._measure(story, story.focus, danger=True)
                return

    def _anxiety(self, level: float) -> dict[str, object]:
        """Seven answers of somebody about as anxious as they are low."""
        usual = max(0.0, min(3.0, level / 9))
        return {
            f"item_{n}": max(0, min(3, round(usual + self.chance.gauss(0, 0.6))))
            for n in range(1, 8)
        }

    def _answers(self, total: int) -> dict[str, object]:
        """Nine answers that add up to a total; the ninth is the last to rise."""
        answers = dict.fromkeys((f"item_{n}" for n in range(1, 10)), 0)
        order = [f"item_{n}" for n in range(1, 9)]
        left = total
        while left and any(answers[item] < 3 for item in order):
            item = self.chance.choice([i for i in order if answers[i] < 3])
            answers[item] += 1
            left -= 1
        answers["item_9"] = min(3, left) or (
            1 if total >= 20 and self.chance.random() < 0.15 else 0
        )
        if answers["item_9"] == 1 and not left:
            donor = next(i for i in order if answers[i] > 0)
            answers[donor] -= 1
        given: dict[str, object] = dict(answers)
        if self.chance.random() < 0.06:
            given[self.chance.choice(order)] = None
        return given

    def _start(self, story: Story, treated: Person) -> None:
        lead = self._reader(story.lead)
        course = Course.objects.visible_to(lead).get(pk=story.course.pk)
        try:
            story.course = plans.start_course(course=course, by=lead, at=self.moment)
        except plans.GatesClosed as closed:
            self.refused += [
                f"{s.gate}: {s.missing}" for s in closed.facts["states"] if not s.is_open
            ]
            self._measure(story, treated)
            self.at(self.moment + timedelta(days=2), lambda: self._start(story, treated))
            return
        self._book(story, treated, self.moment + timedelta(days=3))

    def _book(self, story: Story, treated: Person, near: datetime) -> None:
        zone = self.home.zone
        wall = near.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)
        while wall.weekday() > 4:
            wall += timedelta(days=1)
        by_video = story.number % BY_VIDEO == 1
        for hour in self.chance.sample(range(9, 18), 9):
            try:
                booking = calendar.book(
                    circle=story.case.circle,
                    practitioner=story.lead.practitioner,
                    persons=[treated],
                    wall=wall.replace(hour=hour, minute=0),
                    zone=zone,
                    minutes=50,
                    place="video" if by_video else "in_person",
                    resource=None if by_video else self.rooms[story.lead.key],
                    video_link=f"https://video.demo.invalid/{story.number}" if by_video else "",
                    about=f"course:{story.course.pk}",
                    by=self._reader(story.lead),
                    at=self.moment,
                )
            except calendar.AlreadyBooked:
                continue
            self.at(booking.ends_at, partial(self._hold, story, treated, booking))
            return
        self.at(near, lambda: self._book(story, treated, near + timedelta(days=1)))

    def _hold(self, story: Story, treated: Person, booking: Any) -> None:
        lead = self._reader(story.lead)
        course = Course.objects.visible_to(lead).get(pk=story.course.pk)
        if self.chance.random() < 0.1:
            delivery.not_held(
                course=course,
                booking=booking,
                because=self.chance.choice(["did_not_attend", "cancelled_in_time"]),
                when=booking.starts_at,
                attendance={treated: "did_not_attend"},
                by=lead,
                at=self.moment,
            )
            self._book(story, treated, self.moment + timedelta(days=7))
            return
        self._measure(story, treated)
        try:
            session = delivery.hold_session(
                course=course,
                booking=booking,
                attendance={treated: self.chance.choices(("attended", "late"), (9, 1))[0]},
                minutes=50,
                held_at=booking.starts_at,
                said=frozenset({"fit_today"}),
                by=lead,
                at=self.moment,
            )
        except delivery.GatesClosed as closed:
            self.refused += [
                f"{s.gate}: {s.missing}" for s in closed.facts["states"] if not s.is_open
            ]
            self._book(story, treated, self.moment + timedelta(days=2))
            return
        story.held += 1
        self._record_steps(story, session, lead)
        if story.held % 3 == 0:
            self._rate_goal(story, lead)
        story.level = max(2.0, story.level + story.slope)
        self._write_note(story, session, lead)
        self._homework(story, session, treated, lead)
        most = 14 if story.way == "cbt" else 10
        if story.held >= most or (story.level < 5 and story.held > 6):
            self._close(story, 1 if story.level < 5 and story.held < most else 0)
            return
        self._book(story, treated, self.moment + timedelta(days=7))

    def _record_steps(self, story: Story, session: Any, lead: Any) -> None:
        """What a phase asks for is done by its last session; now and then one is left out."""
        way = catalogue.current().protocol(session.course.protocol)
        for phase in way.phases_of(session.course.variant):
            due = phase.sessions.max or phase.sessions.min or 0
            if phase.id in story.phases_done or story.held < due:
                continue
            story.phases_done.add(phase.id)
            for step in phase.steps:
                if step.variants and session.course.variant not in step.variants:
                    continue
                left_out = self.chance.random() < 0.06
                made = not left_out and self._fill_in(session, step.artefact or "", lead)
                delivery.record_step(
                    course=session.course,
                    step=step.id,
                    state="left_out" if left_out else "done",
                    reason="It was not needed for this person." if left_out else "",
                    on_paper=not left_out and not made,
                    session=session,
                    by=lead,
                    at=self.moment,
                )

    def _watch(self) -> None:
        """Courses that are not on track ask for a review; some days later it is held."""
        last = watching.open_due(at=self.moment)
        while last is not None:
            last = watching.open_due(at=self.moment, after=last)
        waiting = reviews.open_reviews(seen_by=system(WHY, self.moment))
        stories = {f"course:{s.course.pk}": s for s in self.stories if s.has_course}
        for task in waiting.exclude(pk__in=self.reviewing):
            self.reviewing.add(task.pk)
            talk = (task.made_at + REVIEWED_AFTER).replace(hour=10, minute=30)
            self.at(talk, partial(self._review, stories[task.about]))

    def _review(self, story: Story) -> None:
        lead = self._reader(story.lead)
        course = Course.objects.visible_to(lead).get(pk=story.course.pk)
        standing = tracking.standing(course, seen_by=lead, at=self.moment)
        if standing is None or standing.worst is None or standing.worst.look is None:
            return  # it ended meanwhile
        words = self.script["reviews"][story.number % len(self.script["reviews"])]
        reviews.record_review(
            course=course,
            found={id: reviews.Found(*both) for id, both in words["found"].items()},
            chosen=words["chosen"],
            reason=words["reason"],
            look_again_on=(self.moment + timedelta(days=28)).date(),
            said=reviews.on_the_table(standing.worst.instrument, standing.worst.look),
            share=story.number in {0, OFF_TRACK},  # the first can sign in
            by=lead,
            at=self.moment,
        )
        story.slope = min(story.slope, -0.7)  # what was changed helps

    def _fill_in(self, session: Any, form: str, lead: Any) -> bool:
        """Fill in the form of a step, as often as its phase asks; without words it is on paper."""
        course = session.course
        way = catalogue.current().protocol(course.protocol)
        sheets = self.sheets.get(way.ref.id, {}).get(form, ())
        if not sheets:
            return False
        there = progress.artefacts_kept(seen_by=lead, course=course).get(form, 0)
        for number in range(there, progress.forms_wanted(way, course.variant, form)):
            artefacts.fill_in(
                course=course,
                form=form,
                about=treated_by(course)[0],
                answers=sheets[number % len(sheets)],
                entered_from="session",
                session=session,
                by=lead,
                at=self.moment,
            )
        return True

    def _rate_goal(self, story: Story, lead: Any) -> None:
        goal = Goal.objects.visible_to(lead).filter(plan=story.course.plan_id).first()
        if goal is None:
            return
        better = (17.0 - story.level) / 5
        level = max(-2, min(2, round(goal.start_level + better)))
        plans.rate_goal(goal=goal, level=level, by=lead, at=self.moment)

    def _write_note(self, story: Story, session: Any, lead: Any) -> None:
        course = session.course
        skeleton = catalogue.current().protocol(course.protocol).skeleton
        words, notes = self.script["notes"], ProgressNote.objects.visible_to(lead)
        note = notes.get(session=session)
        parts = {line.id: words.get(line.id, words["other"]) for line in skeleton}
        note = delivery.write_note(
            note=note,
            parts=parts or {"summary": words["summary"]},
            expected=note.version,
            by=lead,
            at=self.moment,
        )
        if self.end - self.moment < timedelta(days=2) and self.chance.random() < 0.5:
            return  # a draft that is still to be signed
        note = delivery.sign_note(note=note, expected=note.version, by=lead, at=self.moment)
        if self.chance.random() < 0.05:
            delivery.add_to_note(
                note=note, words=self.script["additions"][0], by=lead, at=self.moment
            )

    def _homework(self, story: Story, session: Any, treated: Person, lead: Any) -> None:
        task = self.chance.choice(self.script["homework"])
        homework = delivery.set_homework(
            session=session,
            about=treated,
            task=task["task"],
            why=task["why"],
            when_where=task["when"],
            difficulty=self.chance.randint(2, 6),
            due_on=(self.moment + timedelta(days=7)).date(),
            by=lead,
            at=self.moment,
        )

        def tell() -> None:
            done = self.chance.choices(("full", "part", "none"), (5, 3, 2))[0]
            delivery.tell_homework(
                homework=homework,
                done=done,
                learning=self.chance.choice(self.script["learnings"]) if done != "none" else "",
                obstacle="" if done == "full" else self.chance.choice(self.script["obstacles"]),
                expected=homework.version,
                by=self._reader(story.lead),
                at=self.moment,
            )

        self.at(self.moment + timedelta(days=6), tell)

    def _close(self, story: Story, ending: int) -> None:
        lead = self._reader(story.lead)
        case = Case.objects.visible_to(lead).get(pk=story.case.pk)
        words = self.script["closings"][ending]
        if story.has_course:
            course = Course.objects.visible_to(lead).get(pk=story.course.pk)
            plans.end_course(
                course=course,
                completion=words["completion"],
                words=words["words"],
                expected=course.version,
                by=lead,
                at=self.moment,
            )
            plans.end_plan(plan=course.plan, because=words["completion"], by=lead, at=self.moment)
        cases.start_closing(case=case, version=case.version, by=lead, at=self.moment)
        case.refresh_from_db()

        def end() -> None:
            now = Case.objects.visible_to(self._reader(story.lead)).get(pk=case.pk)
            try:
                cases.close_case(
                    case=now,
                    version=now.version,
                    outcome=words["completion"],
                    words=words["words"],
                    by=self._reader(story.lead),
                    at=self.moment,
                )
            except Refused as refusal:
                self.refused.append(f"close: {refusal}")

        self.at(self.moment + timedelta(days=2), end)

"""Courses of the demonstration: what is asked, talks, notes, tasks, reviews, the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

from alongside import catalogue
from alongside.access import actions as access
from alongside.access import readers
from alongside.calendar import actions as calendar
from alongside.cases import actions as cases
from alongside.cases.models import Case
from alongside.cli.demo_danger import Danger
from alongside.cli.demo_days import Story
from alongside.cli.demo_house import SUPERVISOR
from alongside.consent import actions as consent
from alongside.delivery import actions as delivery
from alongside.delivery import artefacts, reviews, stopping
from alongside.delivery import queries as progress
from alongside.delivery.models import ProgressNote
from alongside.insights import tracking, watching
from alongside.measures import actions as measures
from alongside.people.models import Person, Practitioner
from alongside.plans import actions as plans
from alongside.plans.models import Course, Goal, Plan
from alongside.plans.queries import treated_by
from alongside.records.errors import Refused

REVIEWED_AFTER = timedelta(days=3)
BY_VIDEO = 4  # one story in so many talks by video
OFF_TRACK = 2  # the number of a story
# Ends that come in the middle; the others come when the talks are over.
SHORT = ("dropped_out", "transferred", "stopped_safety", "deceased")
FEWEST_BEFORE_AN_END = 2  # talks, before one of them ends otherwise than was hoped


class Courses(Danger):
    """Work under way, until it ends with one of the words everybody shares."""

    def _measure(self, story: Story, treated: Person, *, danger: bool = False) -> None:
        """What is asked by private links, answered by the person themself."""
        total = max(0, min(27, round(story.level + self.chance.gauss(0, 1.4))))
        answers = self._answers(total)
        if danger:
            answers["item_9"] = 1
        if story.way == "memory":
            relative = story.member.person
            self._ask(story, relative, "carer_strain_nrs", self._strain(story.level))
            return
        self._ask(story, treated, "phq9", answers, always=danger)
        if story.way == "craft":
            self._ask(story, treated, "carer_strain_nrs", self._strain(story.level))
        elif story.way == "cbt":
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
            self._answer_alert(alert, True, story.place)

    def _strain(self, level: float) -> dict[str, object]:
        """How strained, how able to go on, how safe: a parent's week at some level of worry."""
        strain = max(0, min(10, round(level / 2.2 + self.chance.gauss(0, 0.9))))
        able = max(0, min(10, round(10 - strain + self.chance.gauss(0, 1))))
        return {"item_1": strain, "item_2": able, "item_3": self.chance.choice((8, 9, 9, 10))}

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

    def _decide(self, story: Story, protocol: str) -> Any:
        """The lead writes down why this way; now and then it is not the one that was advised."""
        against = story.scene == "switched"
        said = self.scenes["decisions"]
        return cases.record_decision(
            circle=story.case.circle,
            kind="override" if against else "method",
            chosen=protocol,
            reason=said["override"] if against else said["method"],
            about=f"protocol:{catalogue.current().protocol(protocol).ref}",
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _agree(self, story: Story, treated: Person, forms: tuple[str, ...]) -> None:
        """What somebody says yes to before a course of theirs, and to the plan."""
        lead, plan = self._reader(story.lead), story.course.plan
        rows = [(form, f"course:{story.course.pk}", ()) for form in forms]
        for form, about, parts in (*rows, ("c_measures", "", ("charts", "service_statistics"))):
            consent.give(
                circle=story.case.circle,
                person=treated,
                form=form,
                given_how="paper" if story.number % 5 == 0 else "spoken",
                witness=story.lead.name,
                expires_on=(self.moment + timedelta(days=300)).date(),
                parts=parts,
                about=about,
                by=lead,
                at=self.moment,
            )
        plan.refresh_from_db()
        plans.agree(
            plan=plan, edition=plan.edition, person=treated, answer="yes", by=lead, at=self.moment
        )

    def _supervisor_of(self, story: Story) -> Practitioner | None:
        """Who signs beside a colleague who is in training."""
        in_training = "trainee" in story.lead.roles
        return self.staff[SUPERVISOR].practitioner if in_training else None

    def _set_goal(self, story: Story, plan: Plan, about: Person) -> None:
        kind = self.chance.choice(["feeling", "thinking", "behaving"])
        goal = self.chance.choice(self.script["goals"][kind])
        plans.set_goal(
            plan=plan,
            about=about,
            kind=kind,
            words=goal["words"],
            levels=dict(zip(plans.LEVELS, goal["levels"], strict=True)),
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _note_refusal(self, closed: Refused) -> None:
        states = closed.facts["states"]
        self.refused += [f"{one.gate}: {one.missing}" for one in states if not one.is_open]

    def _opened(self, story: Story) -> None:
        """What a scene does once its case is there."""

    def _proposed(self, story: Story, plan: Plan, treated: Person) -> None:
        """What a scene does with a plan that nobody has agreed to yet."""

    def _before(self, story: Story, treated: Person) -> bool:
        """What a scene does before a course begins. True when it said who agrees to it."""
        return False

    def _after(self, story: Story, session: Any, treated: Person) -> bool:
        """What a scene does after a session. True when what comes next is its own affair."""
        return False

    def _started(self, story: Story, treated: Person) -> None:
        """A course has begun: its first talk is booked."""
        self._book(story, treated, self.moment + timedelta(days=3))

    def _start(self, story: Story, treated: Person) -> None:
        lead = self._reader(story.lead)
        course = Course.objects.visible_to(lead).get(pk=story.course.pk)
        if course.ended_at is not None:
            return
        try:
            story.course = plans.start_course(course=course, by=lead, at=self.moment)
        except plans.GatesClosed as closed:
            self._note_refusal(closed)
            self._measure(story, treated)
            self.at(self.moment + timedelta(days=2), lambda: self._start(story, treated))
            return
        self._started(story, treated)

    def _book(self, story: Story, treated: Person, near: datetime) -> None:
        zone = self.home.zone
        if story.dates:
            story.booking = story.dates.pop(0)
            self.at(story.booking.ends_at, partial(self._hold, story, treated, story.booking))
            return
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
            story.booking = booking
            self.at(booking.ends_at, partial(self._hold, story, treated, booking))
            return
        self.at(near, lambda: self._book(story, treated, near + timedelta(days=1)))

    def _hold(self, story: Story, treated: Person, booking: Any) -> None:
        lead = self._reader(story.lead)
        course = Course.objects.visible_to(lead).get(pk=story.course.pk)
        if course.ended_at is not None:
            return
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
            self._note_refusal(closed)
            self._book(story, treated, self.moment + timedelta(days=2))
            return
        story.held += 1
        self._record_steps(story, session, lead)
        if story.held % 3 == 0:
            self._rate_goal(story, lead)
        story.level = max(2.0, story.level + story.slope)
        self._write_note(story, session, lead)
        self._homework(story, session, treated, lead)
        if self._after(story, session, treated):
            return
        most = 14 if story.way == "cbt" else 10
        if story.ending in SHORT and story.held > FEWEST_BEFORE_AN_END:
            self._close(story, story.ending)
            return
        if story.held >= most or (story.level < 5 and story.held > 6 and not story.ending):
            early = story.level < 5 and story.held < most
            late = "completed" if story.level < 12 else "planned_end_partial"
            self._close(story, story.ending or ("completed_early_recovered" if early else late))
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
                if step.id in story.steps_done:
                    continue
                if step.variants and session.course.variant not in step.variants:
                    continue
                try:
                    self._record_step(step, session, lead)
                except delivery.StepLocked:
                    story.phases_done.discard(phase.id)  # a review is due first
                    return
                story.steps_done.add(step.id)

    def _record_step(self, step: Any, session: Any, lead: Any) -> None:
        left_out = self.chance.random() < 0.06
        with transaction.atomic():
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
        waiting = reviews.open_reviews(seen_by=self._by_itself())
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

    def _end_course(self, story: Story, ending: str) -> None:
        lead = self._reader(story.lead)
        course = Course.objects.visible_to(lead).get(pk=story.course.pk)
        if course.ended_at is None:
            plans.end_course(
                course=course,
                completion=ending,
                words=self.script["closings"][ending],
                expected=course.version,
                by=lead,
                at=self.moment,
            )

    def _close(self, story: Story, ending: str) -> None:
        lead = self._reader(story.lead)
        case = Case.objects.visible_to(lead).get(pk=story.case.pk)
        if story.is_second:
            self._end_course(story, ending)
            return
        if case.state == "closed":
            return
        words = self.script["closings"][ending]
        if story.scene == "ends_deceased":
            self._raise_code(story, "A", "deceased")
        if story.has_course:
            self._end_course(story, ending)
            if story.second is not None:
                self._end_course(story.second, "planned_end_partial")
            course = Course.objects.visible_to(lead).get(pk=story.course.pk)
            plans.end_plan(plan=course.plan, because=ending, by=lead, at=self.moment)
        cases.start_closing(case=case, version=case.version, by=lead, at=self.moment)
        case.refresh_from_db()

        def end() -> None:
            now = Case.objects.visible_to(self._reader(story.lead)).get(pk=case.pk)
            try:
                stopping.close_case(
                    case=now,
                    version=now.version,
                    outcome=ending,
                    words=words,
                    by=self._reader(story.lead),
                    at=self.moment,
                )
            except Refused as refusal:
                self.refused.append(f"close: {refusal}")

        self.at(self.moment + timedelta(days=2), end)

"""Scenes of courses that change, stand beside each other or are supervised; letters, own notes."""

from __future__ import annotations

import copy
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from alongside.access import actions as access
from alongside.calendar import actions as calendar
from alongside.calendar import series
from alongside.cli.demo_days import Staff, Story
from alongside.cli.demo_house import SUPERVISOR
from alongside.cli.demo_rights import DAY, Rights
from alongside.cli.demo_scenes import COURSES
from alongside.consent import actions as consent
from alongside.delivery import actions as delivery
from alongside.delivery import clinical_letters as letters
from alongside.delivery import countersigning, process_notes
from alongside.delivery.models import Letter, ProgressNote
from alongside.people.models import Person
from alongside.plans import actions as plans
from alongside.plans import moving, stepping
from alongside.plans.models import Course, Plan

# What a course gives way to, after so many talks: kind of change, variant, how the first ended.
CHANGES = {
    "stepped_up": (4, "step_up", "depression", "planned_end_partial"),
    "stepped_down": (6, "step_down", "guided_selfhelp", "planned_end_partial"),
    "switched": (5, "switch", "gad", "planned_end_partial"),
}
SERIES = 12  # talks
TALKS_BEFORE_LETTERS = 3


class Papers(Rights):
    """What is written and changed while a course goes on."""

    def _after(self, story: Story, session: Any, treated: Person) -> bool:
        change = CHANGES.get(story.scene)
        if change and story.held == change[0] and not story.is_second:
            self.at(self.moment + DAY, partial(self._change_course, story, treated))
            return True
        if story.scene == "trainee":
            self.at(self.moment + DAY, partial(self._countersign, story, session))
        if story.scene == "letters" and story.held == TALKS_BEFORE_LETTERS:
            self._write_letters(story, treated)
            self._own_note(story, session)
        if story.scene == "two_ways" and story.held == 2 and story.second is None:
            self._begin_second(story)
        if story.scene == "moved" and story.held == 3:
            self._move(story)
        return super()._after(story, session, treated)

    def _started(self, story: Story, treated: Person) -> None:
        if story.scene == "series":
            self._book_series(story, treated)
        super()._started(story, treated)

    # -- more, less, another way, two ways -----------------------------------------------------

    def _change_course(self, story: Story, treated: Person) -> None:
        """One course gives way to the next, without a day between them."""
        _, kind, variant, ended = CHANGES[story.scene]
        lead = self._reader(story.lead)
        before = Course.objects.visible_to(lead).select_related("plan").get(pk=story.course.pk)
        story.course = plans.add_course(
            plan=before.plan,
            protocol=COURSES[story.way].protocol,
            variant=variant,
            persons=[treated],
            deliverer=story.lead.practitioner,
            by=lead,
            at=self.moment,
        )
        self._agree(story, treated, COURSES[story.way].forms)
        self._measure(story, treated)
        self._give_way(story, before, kind, ended, treated)

    def _give_way(
        self, story: Story, before: Course, kind: str, ended: str, treated: Person
    ) -> None:
        lead = self._reader(story.lead)
        former = Course.objects.visible_to(lead).get(pk=before.pk)
        try:
            story.course = stepping.change_course(
                course=former,
                to=Course.objects.visible_to(lead).get(pk=story.course.pk),
                kind=kind,
                completion=ended,
                reason=self.scenes["changes"][kind],
                expected=former.version,
                by=lead,
                at=self.moment,
            )
        except plans.GatesClosed as closed:
            self._note_refusal(closed)
            self._measure(story, treated)
            later = partial(self._give_way, story, before, kind, ended, treated)
            self.at(self.moment + DAY * 2, later)
            return
        story.scene, story.variant, story.held = "", story.course.variant, 0
        story.phases_done, story.steps_done = set(), set()
        self._book(story, treated, self.moment + DAY * 4)

    def _begin_second(self, story: Story) -> None:
        """The relative is helped too, in the same plan and by another course."""
        second = copy.copy(story)
        second.way, second.scene, second.is_second, second.held = "craft", "", True, 0
        second.variant, second.dates, second.second = "", [], None
        second.phases_done, second.steps_done = set(), set()
        lead, relative = self._reader(story.lead), story.member.person
        self._decide(second, "craft")
        second.course = plans.add_course(
            plan=Plan.objects.visible_to(lead).get(pk=story.course.plan_id),
            protocol="craft",
            variant="",
            persons=[relative],
            deliverer=story.lead.practitioner,
            by=lead,
            at=self.moment,
        )
        story.second = second
        self._set_goal(second, second.course.plan, relative)
        self._agree(second, relative, COURSES["craft"].forms)
        plan = Plan.objects.visible_to(lead).get(pk=story.course.plan_id)
        plans.agree(
            plan=plan,
            edition=plan.edition,
            person=story.focus,
            answer="yes",
            by=self._reader(story.lead),
            at=self.moment,
        )
        self._measure(second, relative)
        self.at(self.moment + DAY, partial(self._start, second, relative))

    def _move(self, story: Story) -> None:
        """Somebody stays at home for now: help goes there."""
        lead = self._reader(story.lead)
        story.case.refresh_from_db()
        words = self.scenes["moved"]
        moving.move(
            plan=Plan.objects.visible_to(lead).select_related("case").get(pk=story.course.plan_id),
            setting=words["to"],
            in_place=words["in_place"],
            reason=words["reason"],
            expected=story.case.version,
            by=lead,
            at=self.moment,
        )

    def _book_series(self, story: Story, treated: Person) -> None:
        """The same hour each week, those dates left out on which somebody is taken."""
        zone = self.home.zone
        first = (self.moment + DAY * 3).astimezone(ZoneInfo(zone))
        wall = first.replace(tzinfo=None, hour=11, minute=0, second=0, microsecond=0)
        while wall.weekday() > 4:
            wall += DAY
        made, _ = series.book_series(
            kept=calendar.Kept(
                circle=story.case.circle,
                practitioner=story.lead.practitioner,
                persons=(treated,),
                zone=zone,
                minutes=50,
                resource=self.rooms[story.lead.key],
                about=f"course:{story.course.pk}",
            ),
            walls=[wall + timedelta(weeks=week) for week in range(SERIES)],
            only_free=True,
            by=self._reader(story.lead),
            at=self.moment,
        )
        story.dates = made

    # -- in training -----------------------------------------------------------------------------

    def _countersign(self, story: Story, session: Any) -> None:
        """The supervisor signs; the second note comes back with a question, and is answered."""
        ifeoma = self.staff[SUPERVISOR]
        by = self._reader(ifeoma)
        for asked in countersigning.asked(seen_by=by).filter(note__session=session):
            returned = story.held == 2
            countersigning.countersign(
                asked=asked,
                answer="returned" if returned else "signed",
                words=self.scenes["countersigning"]["returned"] if returned else "",
                by=by,
                at=self.moment,
            )
            if returned:
                self.at(self.moment + DAY, partial(self._answer_return, story, session, ifeoma))

    def _answer_return(self, story: Story, session: Any, ifeoma: Staff) -> None:
        lead = self._reader(story.lead)
        delivery.add_to_note(
            note=ProgressNote.objects.visible_to(lead).get(session=session),
            words=self.scenes["countersigning"]["addition"],
            by=lead,
            at=self.moment,
        )
        by = self._reader(ifeoma)
        for asked in countersigning.asked(seen_by=by).filter(note__session=session):
            countersigning.countersign(asked=asked, answer="signed", by=by, at=self.moment)

    # -- letters and own notes -------------------------------------------------------------------

    def _write_letters(self, story: Story, treated: Person) -> None:
        """One letter is given and one is a draft; one goes to the GP, by a release."""
        lead = self._reader(story.lead)
        given = self._letter(story, treated, "to_person")
        signed = letters.sign_letter(letter=given, expected=given.version, by=lead, at=self.moment)
        letters.give_letter(
            letter=signed, how="by_hand", given_at=self.moment, by=lead, at=self.moment
        )
        words = self.scenes["letters"]["release"]
        release = consent.give(
            circle=story.case.circle,
            person=treated,
            form="c_release",
            given_how="spoken",
            witness=story.lead.name,
            expires_on=(self.moment + DAY * 60).date(),
            to_whom=words["to_whom"],
            fills=words["fills"],
            about=f"course:{story.course.pk}",
            by=self._reader(story.lead),
            at=self.moment,
        )
        report = self._letter(story, treated, "to_referrer", release)
        self.at(
            self.moment + DAY * 2,
            lambda: letters.sign_letter(
                letter=Letter.objects.visible_to(self._reader(story.lead)).get(pk=report.pk),
                expected=report.version,
                by=self._reader(story.lead),
                at=self.moment,
            ),
        )
        self._letter(story, treated, "closing")

    def _letter(self, story: Story, about: Person, kind: str, release: Any = None) -> Letter:
        first = about.name.split()[0]
        parts = {
            name: text.replace("{name}", first).replace("{writer}", story.lead.name)
            for name, text in self.scenes["letters"][kind].items()
        }
        return letters.begin_letter(
            course=story.course,
            kind=kind,
            about=about,
            language="en",
            parts=parts,
            consent=release,
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _own_note(self, story: Story, session: Any) -> None:
        """A colleague who joins the talks writes something down for themself alone."""
        mei = self.staff["mei"]
        access.grant(
            account=mei.account,
            role="therapist",
            circle=story.case.circle,
            reason="delivers",
            by=self._by_itself(),
            at=self.moment,
        )
        process_notes.write_process_note(
            circle=story.case.circle,
            words=self.scenes["own_note"],
            session=session,
            by=self._reader(mei),
            at=self.moment,
        )

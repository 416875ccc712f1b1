"""Meetings of families in the demonstration: one in preparation, one that was held."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.access.models import Account
from alongside.calendar import actions as calendar
from alongside.cases import joining, sides
from alongside.cli.demo_days import Story
from alongside.cli.demo_group import Groups
from alongside.cli.demo_rights import DAY
from alongside.crisis import safeguarding
from alongside.directory import actions as directory
from alongside.meetings import actions as meetings
from alongside.meetings import calls, letters, queries
from alongside.meetings.models import FamilyLetter, PlannedMeeting, Seat
from alongside.people.models import Member, Person
from alongside.records.reader import Reader
from alongside.tasks.models import Task

WAY = "one_to_one"


class Meetings(Groups):
    """An open invitation to one person, by two who love them."""

    def _scene_meeting_prepared(self, story: Story) -> None:
        self.at(self.end - DAY * 9, partial(self._prepare_meeting, story, is_held=False))

    def _scene_meeting_held(self, story: Story) -> None:
        self.at(self.moment + DAY * 20, partial(self._prepare_meeting, story, is_held=True))

    def _meeting(self, story: Story) -> PlannedMeeting:
        found = queries.live_meeting(seen_by=self._reader(story.lead), circle=story.case.circle_id)
        if found is None:
            raise LookupError("the meeting of this circle has ended")
        return found

    def _prepare_meeting(self, story: Story, *, is_held: bool) -> None:
        """Chosen, seated, asked alone, arranged; the letters are begun."""
        words, lead = self.scenes["meeting"], self._reader(story.lead)
        second = joining.add(
            circle=story.case.circle,
            name=words["second"],
            relation="friend",
            proposed_by="lead",
            by=lead,
            at=self.moment,
        )
        if second is not None:
            self._heard(story, second.person, "lead")
        meetings.begin(
            case=self._case(story),
            path=WAY,
            level=0,
            reason=words["reason"],
            lead=story.lead.practitioner,
            by=self._reader(story.lead),
            at=self.moment,
        )
        seats = list(queries.seats(seen_by=self._reader(story.lead), meeting=self._meeting(story)))
        speakers: list[tuple[Seat, Account]] = []
        for order, seat in enumerate(seats, start=1):
            if order > 2:
                meetings.end_seat(seat=seat, by=self._reader(story.lead), at=self.moment)
                continue
            speakers.append((seat, self._speaker(story, seat, order)))
        self._arrange(story)
        for number, (seat, account) in enumerate(speakers):
            text = words["letters"][number % len(words["letters"])]
            self._family_letter(story, seat.person, account, text, is_whole=is_held or not number)
        if is_held:
            self.at(self.moment + DAY * 2, partial(self._date_meeting, story))

    def _heard(self, story: Story, person: Person, proposed_by: str = "") -> None:
        """The lead spoke with somebody alone today, and writes it down (M1)."""
        last = sides.newest(story.case.circle_id, seen_by=self._reader(story.lead)).get(person.pk)
        sides.write(
            circle=story.case.circle,
            person=person,
            expected=0 if last is None else last.number,
            proposed_by=proposed_by,
            spoken_on=self.moment.astimezone(ZoneInfo(self.home.zone)).date(),
            how="phone",
            spoken_by=story.lead.practitioner.person,
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _speaker(self, story: Story, seat: Seat, order: int) -> Account:
        """A member comes in, answers alone, and is to speak."""
        member = Member.objects.visible_to(self._reader(story.lead)).get(pk=seat.member_id)
        email = f"family{story.number}_{order}@demo.invalid"
        account = self._let_in(story, member.person, email)
        meeting = self._meeting(story)
        clear = {
            check.id: next(each.id for each in check.answers if each.effect == "clear")
            for check in catalogue.current().meetings.screen.asked("member")
        }
        meetings.answer_screen(
            meeting=meeting,
            person=member.person,
            answers=clear,
            by=self._own(account).through("circle"),
            at=self.moment,
        )
        meetings.save_seat(
            meeting=meeting,
            member=member,
            roles=[],
            speaks=True,
            order=order,
            by=self._reader(story.lead),
            at=self.moment,
        )
        return account

    def _arrange(self, story: Story) -> None:
        """What it is for, what is ready, and a next step for every answer."""
        words, lead = self.scenes["meeting"], self._reader(story.lead)
        meetings.record_checks(
            meeting=self._meeting(story),
            kind="lead",
            answers=words["checks"],
            by=lead,
            at=self.moment,
        )
        for row in words["options"]:
            self._keep_place(story, row)
        safeguarding.record_child_check(
            circle=story.case.circle,
            child_there=False,
            words=words["no_child"],
            by=lead,
            at=self.moment,
        )
        meeting = self._meeting(story)
        meetings.prepare(
            meeting=meeting,
            expected=meeting.version,
            words=words["words"],
            led="present",
            refused_aims=[],
            has_no_children=True,
            by=lead,
            at=self.moment,
        )
        meeting = self._meeting(story)
        usual = catalogue.current().meetings.rules_file.answers
        steps = {answer.id: answer.usual["en"] for answer in usual}
        meetings.plan_answers(
            meeting=meeting, expected=meeting.version, steps=steps, by=lead, at=self.moment
        )

    def _keep_place(self, story: Story, row: dict[str, Any]) -> None:
        lead = self._reader(story.lead)
        option = directory.save_option(
            institution=self.home,
            name=row["name"],
            kind=row["kind"],
            accepts=row["accepts"],
            price=row["price"],
            withdrawal="arranged",
            licence="checked",
            licence_checked_on=(self.moment - DAY * 3).date(),
            licence_words="The register of the Care Inspectorate",
            interest="none",
            starts_within_hours=24,
            by=lead,
            at=self.moment,
        )
        directory.save_hold(
            circle=story.case.circle,
            option=option,
            held_until=self.moment + DAY * 21,
            warn_hours=48,
            proof=row["proof"],
            proved_at=self.moment,
            funding=row["funding"],
            travel=row["travel"],
            cover=row.get("cover", ""),
            by=lead,
            at=self.moment,
        )

    def _family_letter(
        self, story: Story, person: Person, account: Account, text: str, *, is_whole: bool
    ) -> None:
        """A letter is written, read by the lead, and final; or it is a draft still."""

        def own() -> Any:
            return self._own(account).through("circle")

        def fresh() -> FamilyLetter:
            rows = queries.letters(seen_by=own(), meeting=meeting)
            found: FamilyLetter = rows.get(written_by=person)
            return found

        meeting, at = self._meeting(story), self.moment
        begun = letters.begin(meeting=meeting, person=person, language="en", by=own(), at=at)
        words = text.strip().replace("{name}", story.name.split()[0])
        letters.save(letter=begun, text=words, expected=begun.version, by=own(), at=at)
        if not is_whole:
            return
        letters.share(letter=fresh(), expected=fresh().version, by=own(), at=at)
        read = fresh()
        letters.review(
            letter=read,
            is_ready=True,
            words=self.scenes["meeting"]["ready"],
            expected=read.version,
            by=self._reader(story.lead),
            at=at,
        )
        letters.finish(letter=fresh(), expected=fresh().version, by=own(), at=at)

    def _date_meeting(self, story: Story) -> None:
        """A Saturday morning, ten days on; rehearsed the evening before."""
        zone = self.home.zone
        day = self.moment.astimezone(ZoneInfo(zone)).date() + DAY * 8
        while day.weekday() != 5:
            day += DAY
        meeting = self._meeting(story)
        try:
            meetings.set_date(
                meeting=meeting,
                wall=datetime.combine(day, time(10)),
                zone=zone,
                minutes=90,
                expected=meeting.version,
                by=self._reader(story.lead),
                at=self.moment,
            )
        except meetings.GatesClosed as closed:
            verdict = closed.facts["verdict"]
            self.refused += [f"meeting: {gate.id}" for gate in verdict.closed]
            self.at(self.moment + DAY, partial(self._date_meeting, story))
            return
        except calendar.AlreadyBooked:
            self.at(self.moment + DAY * 7, partial(self._date_meeting, story))
            return
        booking = queries.date_of(self._meeting(story))
        if booking is None:
            return
        self.at(booking.starts_at - timedelta(hours=16), partial(self._rehearse, story))
        self.at(booking.starts_at - timedelta(hours=15), partial(self._check_eve, story))
        self.at(booking.starts_at - timedelta(hours=2), partial(self._check_day, story))
        self.at(booking.ends_at + timedelta(minutes=20), partial(self._end_meeting, story))

    def _rehearse(self, story: Story) -> None:
        meeting = self._meeting(story)
        meetings.rehearse(
            meeting=meeting,
            expected=meeting.version,
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _check_eve(self, story: Story) -> None:
        """Everything gone through the evening before."""
        look = catalogue.current().meetings.rules_file.look("eve")
        meetings.record_checks(
            meeting=self._meeting(story),
            kind="eve",
            answers={each.id: "done" for each in look.things} if look else {},
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _check_day(self, story: Story) -> None:
        """Asked again by phone on the day: everything is clear."""
        asked = catalogue.current().meetings.screen.asked("day")
        meetings.record_checks(
            meeting=self._meeting(story),
            kind="day",
            answers={
                check.id: next(each.id for each in check.answers if each.effect == "clear")
                for check in asked
            },
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _end_meeting(self, story: Story) -> None:
        meeting = self._meeting(story)
        meetings.end(
            meeting=meeting,
            outcome="accept_other",
            words=self.scenes["meeting"]["outcome"],
            expected=meeting.version,
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _call_the_family(self, task: Task, words: str, by: Reader) -> None:
        """Each who took part, by themself; the day is done with the last of them."""
        _, meeting, days = task.about.split(":")
        found = queries.meetings(seen_by=by).get(pk=meeting)
        spoken = catalogue.current().meetings.after.calls[0].id
        for call in calls.of_tasks({task.about}, seen_by=by, at=self.moment)[task.about]:
            if call.is_open:
                calls.record(
                    meeting=found,
                    person=call.person,
                    days=int(days),
                    came_to=spoken,
                    words=words,
                    numbers={},
                    by=by,
                    at=self.moment,
                )

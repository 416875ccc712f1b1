"""A therapy group of the demonstration: its members come one by one, and it meets each week."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.cases import actions as cases
from alongside.cli.demo_days import Story
from alongside.cli.demo_papers import Papers
from alongside.cli.demo_rights import DAY
from alongside.cli.demo_scenes import has_scenes
from alongside.crisis import private_check
from alongside.delivery import artefacts, group_sessions, groups
from alongside.people.models import Group, GroupMember, Person

LEADER, SECOND = "asha", "joaquin"
ASKED_EVERY = 4  # evenings
BEGINS, MEETS_FROM, WEEKS = 152, 119, 16  # days before the end, and how often it meets
FORMS = ("pre_group_interview", "individual_goals", "group_place", "group_rules")


class Groups(Papers):
    """Who leads the group, who is in it, and what each one's own record has of it."""

    group: Group

    def _begin(self) -> None:
        if has_scenes(self.number, self.months):
            self.at(self._day_at(BEGINS, 9), self._make_group)
            for week in range(WEEKS):
                self.at(self._thursday(week), partial(self._meet, week))

    def _day_at(self, ago: int, hour: int) -> datetime:
        day = self.end - timedelta(days=ago)
        return day.replace(hour=hour, minute=30, second=0)

    def _thursday(self, week: int) -> datetime:
        """The end of an evening of the group, by the clock of the house."""
        day = (self.end - timedelta(days=MEETS_FROM - 7 * week)).date()
        day -= timedelta(days=(day.weekday() - 3) % 7)
        wall = datetime.combine(day, time(19, 40), tzinfo=ZoneInfo(self.home.zone))
        return wall.astimezone(UTC)

    def _make_group(self) -> None:
        words = self.scenes["group"]
        self.group = groups.make_group(
            institution=self.home,
            name=words["name"],
            kind="slow_open",
            way="group",
            meets=words["meets"],
            most=8,
            minutes=90,
            rules=catalogue.current().groups.rules["en"],
            by=self._reader(self.staff[LEADER]),
            at=self.moment,
        )
        groups.add_leader(
            group=self.group,
            account=self.staff[SECOND].account,
            by=self._reader(self.staff[LEADER]),
            at=self.moment,
        )

    def _before(self, story: Story, treated: Person) -> bool:
        if story.way == "group":
            private_check.answer(
                circle=story.case.circle,
                person=treated,
                answers={"afraid": "no", "stopped": "no", "device": "yes", "hide": "no"},
                by=self._reader(story.lead),
                at=self.moment,
            )
            self._agree(story, treated, ("c_treatment", "c_group"))
            sheets = self.sheets["group"]
            for form in FORMS:
                artefacts.fill_in(
                    course=story.course,
                    form=form,
                    about=treated,
                    answers=sheets[form][story.number % len(sheets[form])],
                    entered_from="session",
                    by=self._reader(story.lead),
                    at=self.moment,
                )
            return True
        return super()._before(story, treated)

    def _started(self, story: Story, treated: Person) -> None:
        if story.way == "group":
            self._propose(story, treated)
            return
        super()._started(story, treated)

    def _propose(self, story: Story, treated: Person) -> None:
        """They ask for a place, and the talk before the group says whether it fits now."""
        words = self.scenes["group"]
        place = groups.propose(
            group=self.group.pk,
            circle=story.case.circle,
            person=treated,
            alias=words["aliases"][story.number % len(words["aliases"])],
            goal=words["goals"][story.number % len(words["goals"])],
            by=self._reader(story.lead),
            at=self.moment,
        )
        if story.scene != "group_waits":  # the talk is still to come
            self.at(self.moment + DAY * 2, partial(self._talk, story, place))

    def _place(self, place: GroupMember) -> GroupMember:
        rows = GroupMember.objects.visible_to(self._reader(self.staff[LEADER]))
        found: GroupMember = rows.select_related("person").get(pk=place.pk)
        return found

    def _talk(self, story: Story, place: GroupMember) -> None:
        by, questions = self._reader(self.staff[LEADER]), catalogue.current().groups.questions
        fits = story.scene != "group_not_now"
        answers = {question.id: "no" for question in questions}
        groups.record_talk(
            member=self._place(place),
            answers=answers if fits else {**answers, "mania": "yes"},
            fits=fits,
            instead="" if fits else self.scenes["group"]["instead"],
            by=by,
            at=self.moment,
        )
        if not fits:
            return
        found = self._place(place)
        groups.agree_rules(member=found, expected=found.version, by=by, at=self.moment)
        found = self._place(place)
        if story.scene == "group_offered":
            ago = self.end - DAY - timedelta(hours=3)
            self.at(max(self.moment, ago), partial(self._offer, place))
            return
        groups.join(member=found, expected=found.version, by=by, at=self.moment)
        if story.scene == "group_left":
            self.at(self.moment + DAY * 60, partial(self._leave_group, place))

    def _offer(self, place: GroupMember) -> None:
        found = self._place(place)
        by = self._reader(self.staff[LEADER])
        groups.offer(member=found, expected=found.version, by=by, at=self.moment)

    def _leave_group(self, place: GroupMember) -> None:
        found = self._place(place)
        groups.leave(
            member=found,
            because=self.scenes["group"]["left"],
            expected=found.version,
            by=self._reader(self.staff[LEADER]),
            at=self.moment,
        )

    def _meet(self, week: int) -> None:
        """One evening of the group; each one's part goes into their own record."""
        asha, words = self.staff[LEADER], self.scenes["group"]
        by = self._reader(asha)
        here = group_sessions.members_in(self.group, seen_by=by)
        if len(here) < 2:
            return
        parts = {member: self._part(week, place) for place, member in enumerate(here)}
        try:
            group_sessions.hold(
                group=self.group,
                held_at=self.moment - timedelta(minutes=100),
                minutes=90,
                topic=words["topics"][week % len(words["topics"])],
                events=words["events"][week % len(words["events"])],
                leaders=[asha.practitioner, self.staff[SECOND].practitioner],
                parts=parts,
                by=by,
                at=self.moment,
            )
        except group_sessions.HeldBack as held:
            self.refused.append(f"group: {held}")
        if week % ASKED_EVERY == 0:
            for member in here:
                self._look_again(member)

    def _look_again(self, member: GroupMember) -> None:
        """Every few weeks each one is asked how they are, and the lead looks at their case."""
        story = self._story_in(member.circle_id)
        story.level = max(4.0, story.level - 1.4)
        self._measure(story, story.focus)
        cases.touch(case=self._case(story), by=self._reader(story.lead), at=self.moment)

    def _part(self, week: int, place: int) -> Any:
        words = self.scenes["group"]["notes"]
        if (week + place) % 9 == 4:
            return group_sessions.Part(word="did_not_attend")
        late = (week + place) % 7 == 3
        return group_sessions.Part(
            word="late" if late else "attended",
            minutes_late=10 if late else None,
            note=words[(week + 2 * place) % len(words)],
        )

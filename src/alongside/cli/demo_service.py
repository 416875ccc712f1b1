"""Believable work for the demonstration, made by the same actions as real work.

A simulated clock runs through the months; each simulated day is one transaction. Whoever acts is
a reader with live relationships, so the demonstration cannot do what the rules refuse.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.conf import settings

from alongside.access import actions as access
from alongside.cases import actions as cases
from alongside.cases import after
from alongside.cases.models import Concern
from alongside.cli.demo_courses import OFF_TRACK
from alongside.cli.demo_days import Story
from alongside.cli.demo_meeting import Meetings
from alongside.cli.demo_scenes import COURSES, TOLD_BY_THEIR_SCENE, Scene, scene_of
from alongside.crisis import actions as crisis
from alongside.crisis import private_check, triage
from alongside.delivery import retention
from alongside.meetings.rules import FOLLOW_UP
from alongside.people import actions as people
from alongside.people import rules as people_rules
from alongside.people.models import Member
from alongside.plans import actions as plans
from alongside.tasks import actions as task_actions
from alongside.tasks import queries as tasks

UNDER_WAY = ("cbt", "craft")
TREATED = frozenset(UNDER_WAY)
FRESH = (timedelta(hours=26), timedelta(hours=2), timedelta(minutes=50))
# What becomes of a worry, of a hundred.
WAYS = {
    "cbt": 37, "craft": 21, "waiting": 5, "preparing": 10, "declined": 8, "no_contact": 10,
    "referred_on": 5, "withdrawn": 2, "ran_out": 2,
}  # fmt: skip
# In a year there are more worries, and more of them end before a course begins.
YEAR_WAYS = {
    "cbt": 23, "craft": 12, "waiting": 7, "preparing": 20, "declined": 15, "no_contact": 3,
    "referred_on": 10, "withdrawn": 5, "ran_out": 5,
}  # fmt: skip
CALLED_A_DAY = 0.35  # of those who are to be called within five days
MINOR = 15  # years, of somebody whose mother decides with them
# Where the scores of somebody begin and how they move, by how it ends.
STARTS_AT = {
    "completed": (21.0, -0.75), "completed_early_recovered": (14.0, -1.6),
    "planned_end_partial": (20.0, -0.35), "deceased": (12.0, -0.4),
}  # fmt: skip
# How a course ends that does not end as was hoped, of a hundred.
ENDINGS = {"": 80, "dropped_out": 10, "transferred": 5, "stopped_safety": 4, "deceased": 1}


class Demonstration(Meetings):
    """Everybody's story, from a worry on."""

    def _begin(self) -> None:
        self._set_up()
        super()._begin()
        for number in range(self.number):
            self._plan_story(number)
        self.at(self.end - timedelta(minutes=7), self._leave_an_open_alert)
        for report in self.script["reports"]:
            ago = timedelta(hours=report["hours_ago"])
            self.at(self.end - ago, partial(self._report, report))

    def _evening(self) -> None:
        self._watch()
        retention.run_out_due(at=self.moment)
        self._ask_again()
        self._do_what_is_due()

    def _do_what_is_due(self) -> None:
        """Leads do the small things of their cases on the day; what came today still waits."""
        said, leads = self.script["done"], {each.circle: each.lead for each in self.stories}
        rows = tasks.open_tasks(seen_by=self._by_itself()).filter(
            kind__in=sorted(said), due_at__lte=self.moment
        )
        if self.moment >= self.end - timedelta(days=1):
            return
        for task in rows.select_related("circle"):
            by = self._reader(leads[task.circle_id])
            if task.kind == FOLLOW_UP:
                self._call_the_family(task, said[task.kind], by)
            else:
                task_actions.do_task(task=task, how=said[task.kind], by=by, at=self.moment)

    def _ask_again(self) -> None:
        """Months after the end somebody calls; now and then nobody gets round to it."""
        rows = tasks.open_tasks(seen_by=self._by_itself()).filter(
            kind=after.TASK, due_at__lte=self.moment + timedelta(days=5), due_at__gt=self.moment
        )
        for task in rows.select_related("circle"):
            if self.chance.random() > CALLED_A_DAY:
                continue
            story = self._story_in(task.circle_id)
            how = self.chance.choice(self.script["months_later"])
            task_actions.do_task(task=task, how=how, by=self._reader(story.lead), at=self.moment)

    def _plan_story(self, number: int) -> None:
        pick, script = self.chance, self.script
        names = script["first_names"]
        first = names[number % len(names)]
        need = pick.choice([*script["worries"], "substance_use", "mood_danger", "mood_danger"])
        ways = YEAR_WAYS if self.is_year else WAYS
        way = pick.choices(tuple(ways), tuple(ways.values()))[0]
        span = (self.end - self.begin).total_seconds()
        days_in = pick.triangular(0, 1, 0.7) if way in TREATED else pick.random()
        start = self.begin + timedelta(days=2, seconds=days_in * (span - 4 * 86400))
        start = start.replace(hour=pick.randint(9, 21), minute=pick.randint(0, 59))
        if number >= self.number - len(FRESH):  # what waits when somebody opens the demonstration
            start, way = self.end - FRESH[number - self.number], "preparing"
        elif number == OFF_TRACK:  # whose scores get worse, until somebody looks at it together
            start, way = self.end - timedelta(seconds=span * 0.6), "cbt"
        elif number < len(UNDER_WAY):  # whose person, and whose relative, can sign in
            start, way = self.end - timedelta(seconds=span * 0.7), UNDER_WAY[number]
            start = start.replace(hour=10, minute=0)
        asha_has = 8 if self.is_year else 3  # one in so many
        is_shown = number in {OFF_TRACK, *range(len(UNDER_WAY))}
        relation = pick.choice(script["relations"])
        kin = f"{pick.choice(names)} {pick.choice(script['family_names'])}"
        story = Story(
            number=number,
            name=f"{first} {pick.choice(script['family_names'])[0]}.",
            need=need,
            lead=self.staff["asha" if number % asha_has == 0 else pick.choice(self.leads)],
            born=pick.choice(range(1950, 2006)),
            relation=relation,
            kin=kin,
            start=start,
            way=way,
            place=number % len(self.services),
            ending="" if is_shown else pick.choices(tuple(ENDINGS), tuple(ENDINGS.values()))[0],
            level=pick.uniform(12, 22),
            slope=pick.choice([-1.6, -1.1, -0.8, -0.4, 0.1, 0.5]),
        )
        if number == OFF_TRACK:
            story.lead, story.level, story.slope = self.staff["asha"], 12.0, 1.1
        scene = scene_of(number, number=self.number, months=self.months)
        if scene is not None:
            self._give(story, scene)
        self.stories.append(story)
        self.at(story.start, lambda: self._worry(story))

    def _give(self, story: Story, scene: Scene) -> None:
        """Let a person go the way of a scene."""
        story.scene, story.way, story.need = scene.name, scene.way, scene.need
        story.lead, story.ending = self.staff[scene.lead], scene.ending
        story.relation = scene.relation or story.relation
        if scene.who:
            story.name = f"{scene.who} {story.name.split()[-1]}"
        story.variant, story.born = scene.variant, scene.born or self.end.year - MINOR
        story.level, story.slope = STARTS_AT.get(scene.ending, (15.0, -0.7))
        start = self.end - timedelta(days=scene.ago)
        story.start = start.replace(hour=9 + story.number % 5, minute=17)
        if scene.way == "half_written":  # it is forgotten after a day
            story.start = self.end - timedelta(hours=5)

    def _worry(self, story: Story) -> None:
        answers: dict[str, str | None] = {
            "badly_hurt": self.chance.choices(("no", "unsure", "yes"), (80, 15, 5))[0],
            "talk_of_dying": self.chance.choices(("no", "talk", None), (75, 15, 10))[0],
            "weapon_or_violence": self.chance.choices(("no", "past"), (90, 10))[0],
            "child_not_safe": self.chance.choices(("no", "worried"), (94, 6))[0],
        }
        if story.scene:  # what they are about is told later, by their own scene
            answers = dict.fromkeys(answers, "no")
            if story.way == "no_contact":
                answers["badly_hurt"] = "yes"
        raised: list[Any] = []
        for question, answer in answers.items():
            taken = crisis.take_worry(
                service=self.services[story.place],
                path="says_no",
                question=question,
                answer=answer,
                submission=str(uuid4()),
                concern_id=story.concern,
                by=self._public(),
                at=self.moment,
            )
            raised += taken.alerts
        if story.way == "half_written":
            return
        if story.way != "no_contact":
            crisis.send_worry(
                concern_id=story.concern,
                submission=str(uuid4()),
                words=self.chance.choice(self._worries_about(story)),
                about_alias=story.name,
                about_age_band=people_rules.age_band_of(story.born, self.moment.year),
                relation=story.relation,
                contact=f"kin{story.number}@demo.invalid",
                contact_name=story.kin,
                safe_hours="",
                by=self._public(),
                at=self.moment,
            )
        for alert in dict.fromkeys(raised):
            self._answer_alert(alert, story.way != "no_contact", story.place)
        if answers["child_not_safe"] != "no":
            later = self.moment + timedelta(minutes=70)
            self.at(later, partial(self._answer_report, self.script["child_answer"], None))
        if story.way != "no_contact":
            wait = timedelta(hours=self.chance.randint(3, 30))
            self.at(self.moment + wait, lambda: self._open(story))

    def _worries_about(self, story: Story) -> list[str]:
        """What is said about somebody of this name: she, or he."""
        is_she = story.name.split()[0] in self.script["she"]
        return [
            words
            for words in self.script["worries"][story.need]
            if bool(re.search(r"\b[Ss]he\b", words)) == is_she
        ]

    def _open(self, story: Story) -> None:
        lead = self._reader(story.lead)
        concern = Concern.objects.visible_to(lead).get(pk=story.concern)
        if story.way in {"referred_on", "withdrawn"}:
            self._end_concern(story, concern)
            return
        opened = triage.open_case(
            concern=concern,
            service=self.services[story.place],
            legal_basis="legitimate_interest_care",
            legal_reason="The family asked for help; weighed against the person, least data.",
            alias=story.name,
            needs=[story.need],
            reporter_joins=True,
            by=lead,
            at=self.moment,
        )
        story.case, story.focus = opened.case, opened.circle.focus
        story.circle = opened.circle.pk
        if opened.reporter is not None:
            story.member = opened.reporter
        self._tell_facts(story)
        self._opened(story)
        self.at(self.moment + timedelta(days=1, hours=2), lambda: self._ask_alone(story))
        if not story.scene.startswith("meeting") and self.chance.random() < 0.8:
            self.at(self.moment + timedelta(days=2), lambda: self._second_voice(story))
        if story.scene not in TOLD_BY_THEIR_SCENE and self.chance.random() < 0.8:
            told = timedelta(days=self.chance.randint(12, 27))
            self.at(self.moment + told, lambda: self._tell_the_person(story))
        if story.way in {"preparing", "ran_out"}:
            return
        if story.way == "declined":
            no = partial(self._close, story, "declined_before_start")
            if not story.scene:
                self.at(self.moment + timedelta(days=20), no)
            return
        self.at(self.moment + timedelta(days=4), lambda: self._choose(story))

    def _end_concern(self, story: Story, concern: Concern) -> None:
        lead, words = self._reader(story.lead), self.script["not_taken"][story.way]
        if story.way == "withdrawn":
            cases.withdraw(concern=concern, why=words["why"], by=lead, at=self.moment)
            return
        cases.refer_on(concern=concern, to=words["to"], why=words["why"], by=lead, at=self.moment)

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
        if self.chance.random() < 0.15:
            stays = timedelta(days=self.chance.randint(30, 90))
            self.at(self.moment + stays, partial(self._leaves, story, other))
        private_check.answer(
            circle=story.case.circle,
            person=other.person,
            answers={"afraid": "no", "stopped": "no", "device": "yes", "hide": None},
            by=self._reader(story.lead),
            at=self.moment,
        )
        self._heard(story, other.person, "lead")

    def _leaves(self, story: Story, member: Member) -> None:
        """Somebody would rather not take part any longer: place and rights end together."""
        access.end_membership(
            member=member, because="asked to leave", by=self._reader(story.lead), at=self.moment
        )

    def _tell_the_person(self, story: Story) -> None:
        """Within a month the person is told that something is held about them."""
        case = self._case(story)
        if case.disclosed_at is None and case.state != "closed":
            self._tell(story)

    def _ask_alone(self, story: Story) -> None:
        private_check.answer(
            circle=story.case.circle,
            person=story.member.person,
            answers={"afraid": "no", "stopped": "no", "device": "yes", "hide": "no"},
            by=self._reader(story.lead),
            at=self.moment,
        )
        self._heard(story, story.member.person)

    def _choose(self, story: Story) -> None:
        lead, case, chosen = self._reader(story.lead), story.case, COURSES[story.way]
        treated = story.focus if chosen.is_own else story.member.person
        if chosen.is_own:
            case.refresh_from_db()
            cases.engage_person(
                case=case,
                version=case.version,
                address=f"person{story.number}@demo.invalid",
                base_url=settings.PUBLIC_URL,
                by=lead,
                at=self.moment,
            )
            lead = self._reader(story.lead)
        plan = plans.propose_plan(
            case=case,
            decision=self._decide(story, chosen.protocol),
            protocol=chosen.protocol,
            variant=story.variant or chosen.variant,
            persons=[treated],
            deliverer=story.lead.practitioner,
            supervisor=self._supervisor_of(story),
            by=lead,
            at=self.moment,
        )
        if story.way == "waiting":
            self._proposed(story, plan, treated)
            return  # proposed, and nobody has agreed to it yet
        story.course, story.has_course = plan.courses.visible_to(lead).get(), True
        self._set_goal(story, plan, treated)
        if not self._before(story, treated):
            self._agree(story, treated, chosen.forms)
        self._measure(story, treated)
        self.at(self.moment + timedelta(days=1), lambda: self._start(story, treated))

    def _leave_an_open_alert(self) -> None:
        """Seven minutes before somebody looks: one answer that nobody has taken yet."""
        for story in self.stories:
            if story.held and story.way == "cbt":
                self._measure(story, story.focus, danger=True)
                return

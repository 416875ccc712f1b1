"""Scenes of who decides: the person is told and answers, is limited, comes in, or cannot decide."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.conf import settings

from alongside.access import guardians, readers
from alongside.access.models import Account
from alongside.cases import actions as cases
from alongside.cases import deciding, rights
from alongside.cases.models import Case, RightsRequest
from alongside.cli.demo_courses import Courses
from alongside.cli.demo_days import Story
from alongside.cli.demo_house import comes_in
from alongside.consent import actions as consent
from alongside.consent.models import Consent
from alongside.crisis import private_check, raising
from alongside.people.models import Person
from alongside.plans import actions as plans
from alongside.plans.models import Plan

DAY = timedelta(days=1)


class Rights(Courses):
    """What the person says to what is held, and what counts where they cannot say it alone."""

    def _opened(self, story: Story) -> None:
        super()._opened(story)
        scene = getattr(self, f"_scene_{story.scene}", None)
        if story.scene and scene is not None:
            self.at(self.moment + DAY * 3, partial(scene, story))

    def _let_in(self, story: Story, person: Person, email: str) -> Account:
        return comes_in(story, person, email, self.moment)

    def _own(self, account: Account) -> Any:
        return readers.reader_for(account, self.moment)

    def _case(self, story: Story) -> Case:
        found: Case = Case.objects.visible_to(self._reader(story.lead)).get(pk=story.case.pk)
        return found

    # -- told, and what they say -------------------------------------------------------------

    def _tell(self, story: Story, address: str = "") -> None:
        case = self._case(story)
        cases.disclose(
            case=case,
            version=case.version,
            address=address,
            base_url=settings.PUBLIC_URL,
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _look(self, story: Story) -> Account:
        """The person is told, follows their link and looks at what is held."""
        email = f"person{story.number}@demo.invalid"
        self._tell(story, email)
        return self._let_in(story, story.focus, email)

    def _ask_for(self, story: Story, account: Account, kind: str) -> RightsRequest:
        return rights.ask(
            circle=story.case.circle,
            kind=kind,
            words=self.scenes["asks"][kind],
            by=self._own(account),
            at=self.moment,
        )

    def _answer_request(self, request: RightsRequest, answer: str) -> None:
        by = self._reader(self.staff["priya"])
        rights.answer(
            request=RightsRequest.objects.visible_to(by).get(pk=request.pk),
            answer=answer,
            words=self.scenes["answers"][answer],
            by=by,
            at=self.moment,
        )

    def _scene_left_in_peace(self, story: Story) -> None:
        """They are told, say no, and the no is left to stand: the door stays open."""
        self._tell(story)
        no = self.scenes["left_in_peace"]
        consent.refuse(
            circle=story.case.circle,
            person=story.focus,
            about="c_treatment",
            by=self._reader(story.lead),
            at=self.moment,
            **no,
        )
        self.at(self.moment + DAY * 7, partial(self._close, story, "declined_before_start"))

    def _scene_ends_soon(self, story: Story) -> None:
        """A no from the day before: the case is being closed."""
        self.at(self.end - DAY, partial(self._close, story, "declined_before_start"))

    def _scene_came_in(self, story: Story) -> None:
        """They look at what was held, put their own view beside it, and come to a first talk."""
        account = self._look(story)
        rights.add_view(
            circle=story.case.circle,
            about=f"case:{story.case.pk}",
            words=self.scenes["own_view"],
            by=self._own(account),
            at=self.moment,
        )
        asked = self._ask_for(story, account, "correction")
        self.at(self.moment + DAY * 4, partial(self._answer_request, asked, "done"))

    def _scene_limits(self, story: Story) -> None:
        """What is held may be kept and no more: the limit still stands."""
        account = self._look(story)
        asked = self._ask_for(story, account, "correction")
        self.at(self.moment + DAY * 5, partial(self._answer_request, asked, "in_part"))
        self.at(self.moment + DAY * 6, partial(self._ask_for, story, account, "restriction"))
        self.at(self.moment + DAY * 7, partial(self._prolong, story))

    def _prolong(self, story: Story) -> None:
        case = self._case(story)
        cases.prolong(
            case=case,
            ends_on=case.ends_on + DAY * 30,
            reason=self.scenes["decisions"]["prolong"],
            version=case.version,
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _scene_objects(self, story: Story) -> None:
        """They want none of it: the privacy officer agrees, and the case ends."""
        account = self._look(story)
        asked = self._ask_for(story, account, "objection")
        self.at(self.moment + DAY * 9, partial(self._answer_request, asked, "done"))
        self.at(self.moment + DAY * 10, partial(self._close, story, "declined_before_start"))

    def _scene_relents(self, story: Story) -> None:
        """They object, think again and take it back; another wish of theirs is refused."""
        account = self._look(story)
        asked = self._ask_for(story, account, "objection")

        def lift() -> None:
            by = self._own(account)
            rights.lift(
                request=RightsRequest.objects.visible_to(by).get(pk=asked.pk),
                by=by,
                at=self.moment,
            )
            wish = self._ask_for(story, account, "correction")
            self.at(self.moment + DAY * 3, partial(self._answer_request, wish, "refused"))

        self.at(self.moment + DAY * 4, lift)

    def _proposed(self, story: Story, plan: Plan, treated: Person) -> None:
        """A no to the plan is final for its edition: another one is made, and asked about."""
        if story.scene != "waits":
            return
        words = self.scenes["plan_refused"]
        plans.agree(
            plan=plan,
            edition=plan.edition,
            person=treated,
            answer="no",
            words=words["said"],
            by=self._reader(story.lead),
            at=self.moment,
        )
        plan.refresh_from_db()
        plans.change_plan(
            plan=plan,
            summary=words["summary"],
            because=words["because"],
            expected=plan.version,
            by=self._reader(story.lead),
            at=self.moment,
        )

    # -- a yes that is taken back ------------------------------------------------------------

    def _take_back_yes(self, story: Story) -> None:
        """Without a reason, at once: nothing more is done, and the talks end."""
        lead = self._reader(story.lead)
        rows = Consent.objects.visible_to(lead).filter(
            person=story.focus, about=f"course:{story.course.pk}", withdrawn_at=None
        )
        for row in rows:
            consent.withdraw(consent=row, by=lead, at=self.moment)
        self._close(story, "dropped_out")

    def _after(self, story: Story, session: Any, treated: Person) -> bool:
        if story.scene == "takes_back_yes" and story.held == 3:
            self.at(self.moment + DAY * 2, partial(self._take_back_yes, story))
            return True
        return super()._after(story, session, treated)

    # -- not alone, or not now ---------------------------------------------------------------

    def _before(self, story: Story, treated: Person) -> bool:
        if story.scene == "minor":
            self._name_guardian(story)
        if story.scene == "best_interests":
            self._help_without_a_yes(story)
            return True
        return super()._before(story, treated)

    def _name_guardian(self, story: Story) -> None:
        """A mother decides with her child until the day of majority, by what was seen of it."""
        lead, mother = self._reader(story.lead), story.member.person
        guardians.name_guardian(
            circle=story.case.circle,
            ward=story.focus,
            guardian=mother,
            kind="parent",
            evidence=self.scenes["guardian"],
            until=date(story.born + 18, 1, 1),
            by=lead,
            at=self.moment,
        )
        consent.give(
            circle=story.case.circle,
            person=mother,
            form="c_minor",
            given_how="spoken",
            witness=story.lead.name,
            expires_on=(self.moment + DAY * 300).date(),
            about=f"minor:{story.focus.pk}",
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _assess(self, story: Story, conclusion: str, about: str = "", **more: str) -> Any:
        found = {**self.scenes["capacity"][conclusion], **more}
        return deciding.assess(
            circle=story.case.circle,
            person=story.focus,
            found={
                **found,
                "conclusion": conclusion,
                "about": about,
                "review_on": (self.moment + DAY * 60).date(),
            },
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _scene_best_interests(self, story: Story) -> None:
        """Other things were weighed before: one can wait, one is not for their good."""
        for outcome in ("wait", "not"):
            decision = self.scenes["best_interests"]["outcomes"][outcome]["decision"]
            self._meet_for(story, self._assess(story, "lacks", decision=decision), outcome)

    def _meet_for(self, story: Story, lack: Any, outcome: str) -> None:
        """Those who know somebody meet, and what binds them least is chosen."""
        said = self.scenes["best_interests"]
        words = said["outcomes"][outcome]
        deciding.decide(
            capacity=lack,
            said={
                **said["meeting"],
                **{key: words[key] for key in ("reason", "options", "can_wait")},
                "people": [{**said["people"], "name": story.member.person.name}],
                "outcome": outcome,
                "review_on": (self.moment + DAY * 60).date(),
            },
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _help_without_a_yes(self, story: Story) -> None:
        """Somebody cannot decide on these talks: they go ahead on a lawful basis, in words."""
        lack = self._assess(story, "lacks", f"course:{story.course.pk}")
        self._meet_for(story, lack, "go_ahead")
        plan = story.course.plan
        plans.agree(
            plan=plan,
            edition=plan.edition,
            person=story.focus,
            answer="basis",
            words=self.scenes["basis"],
            by=self._reader(story.lead),
            at=self.moment,
        )

    def _scene_can_decide(self, story: Story) -> None:
        self._assess(story, "in_doubt")
        cases.record_decision(
            circle=story.case.circle,
            kind="alternative",
            chosen="thyroid",
            reason=self.scenes["decisions"]["alternative"],
            by=self._reader(story.lead),
            at=self.moment,
        )
        self.at(self.moment + DAY * 6, partial(self._assess, story, "assessed_present"))

    def _scene_cannot_say_yet(self, story: Story) -> None:
        self._assess(story, "in_doubt")

    def _scene_comes_and_goes(self, story: Story) -> None:
        self._assess(story, "fluctuating")

    # -- afraid --------------------------------------------------------------------------------

    def _scene_afraid(self, story: Story) -> None:
        """Asked alone, somebody says they are afraid: dates wait until it is resolved."""
        lead = self._reader(story.lead)
        relative = story.member.person
        check = private_check.answer(
            circle=story.case.circle,
            person=relative,
            answers={"afraid": "yes", "stopped": "no", "device": "yes", "hide": "no"},
            by=lead,
            at=self.moment,
        )
        for alert in raising.alerts_from(f"{private_check.KIND}:{relative.pk}"):
            self._answer_alert(alert, True, story.place, by=story.lead)
        later = self.moment + timedelta(hours=2)
        self.at(later, partial(self._answer_report, self.scenes["adult_answer"], None))

        def resolve() -> None:
            private_check.resolve(
                check=check,
                reason=self.scenes["no_longer_afraid"],
                by=self._reader(story.lead),
                at=self.moment,
            )

        self.at(self.moment + DAY * 8, resolve)

"""The cast and its house."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from alongside.access import actions as access
from alongside.access import readers
from alongside.access.models import Account
from alongside.cases.models import Case, Concern
from alongside.consent import actions as consent
from alongside.crisis import actions as crisis
from alongside.crisis import triage
from alongside.directory import actions as directory
from alongside.directory.models import Service
from alongside.people import actions as people
from alongside.people.models import Circle, Institution, Member, Person, Practitioner
from alongside.records.reader import system
from tests.conftest import NOON


@dataclass
class Cast:
    """Somebody with an account: staff, a member of a circle, or the person."""

    world: World
    account: Account
    person: Person
    practitioner: Practitioner | None = None
    member: Member | None = None

    @property
    def reader(self) -> Any:
        """The reader of this account now, with every role it has."""
        return readers.reader_for(Account.objects.get(pk=self.account.pk), self.world.moment)

    def through(self, door: str) -> Any:
        """The reader in the roles of one door."""
        return self.reader.through(door)


@dataclass
class World:
    """One institution with a service, and Sam's case unless it was left out."""

    moment: datetime
    institution: Institution = field(init=False)
    service: Service = field(init=False)
    asha: Cast = field(init=False)
    hana: Cast = field(init=False)
    bo: Cast = field(init=False)
    grace: Cast = field(init=False)
    ifeoma: Cast = field(init=False)
    noor: Cast = field(init=False)
    teo: Cast = field(init=False)
    sam: Person = field(init=False)
    sam_account: Cast | None = None
    concern: Concern = field(init=False)
    case: Case = field(init=False)
    circle: Circle = field(init=False)

    @property
    def system(self) -> Any:
        """The service itself, for a test."""
        return system("a test", self.moment)

    def at(self, moment: datetime) -> World:
        """Move every reader of the world to another moment."""
        self.moment = moment
        return self

    # -- the house --------------------------------------------------------------------------

    def build_house(
        self, *, on_call_on: date, country: str = "GB", zone: str = "Europe/London"
    ) -> None:
        """The institution, its service, its staff and who is on call on one day."""
        self.institution = people.make_institution(
            name="Lothian Family Help",
            country=country,
            zone=zone,
            jurisdiction="uk_ew",
            by=self.system,
            at=self.moment,
        )
        self.service = directory.save_service(
            institution=self.institution,
            name="Family help",
            setting="community",
            fallback_email="fallback@example.org",
            by=self.system,
            at=self.moment,
        )
        self.grace = self.staff("Grace Mbeki", "Manager", "manager")
        self.asha = self.staff("Asha Raman", "Interventionist", "lead")
        self.hana = self.staff("Hana Kobayashi", "Nurse")
        self.bo = self.staff("Bo Lind", "Therapist", "coordinator")
        self.ifeoma = self.staff("Ifeoma Nwosu", "Supervisor")
        access.grant(
            account=self.ifeoma.account,
            role="supervisor",
            practitioner=self.asha.practitioner,
            reason="supervises",
            by=self.system,
            at=self.moment,
        )
        crisis.save_shift(
            service=self.service,
            account=self.hana.account,
            order=1,
            local_start=datetime.combine(on_call_on, time()),
            local_end=datetime.combine(on_call_on + timedelta(days=1), time()),
            zone="Europe/London",
            by=self.system,
            at=self.moment,
        )

    def staff(self, name: str, title: str, role: str = "") -> Cast:
        """Somebody who works here, with an account and perhaps a role in the institution."""
        practitioner = people.add_practitioner(
            institution=self.institution, name=name, title=title, by=self.system, at=self.moment
        )
        account = access.create_account(
            email=f"{name.split(maxsplit=1)[0].lower()}@example.org",
            name=name,
            person=practitioner.person,
            by=self.system,
            at=self.moment,
        )
        if role:
            access.grant(
                account=account,
                role=role,
                institution=self.institution,
                reason="works here",
                by=self.system,
                at=self.moment,
            )
        return Cast(self, account, practitioner.person, practitioner)

    # -- a worry, and what came of it ---------------------------------------------------------

    def worry(
        self,
        *,
        words: str = "My brother drinks every day and will not see anybody.",
        alias: str = "Sam",
        age_band: str = "26_64",
        relation: str = "sister",
        contact_name: str = "Noor Haddad",
        contact: str = "noor@example.org",
        answer: str | None = "no",
    ) -> Concern:
        """A worry from the public door, sent."""
        concern_id = uuid4()
        with transaction.atomic():  # a dispatcher at work would take a draft of some days ago away
            crisis.take_worry(
                service=self.service,
                path="says_no",
                question="badly_hurt",
                answer=answer,
                submission=uuid4().hex,
                concern_id=concern_id,
                by=self.system,
                at=self.moment,
            )
            return crisis.send_worry(
                concern_id=concern_id,
                submission=uuid4().hex,
                words=words,
                about_alias=alias,
                about_age_band=age_band,
                relation=relation,
                contact=contact,
                contact_name=contact_name,
                by=self.system,
                at=self.moment,
            )

    def open_case(self, concern: Concern, *, by: Cast | None = None, **more: Any) -> Any:
        """A case out of a concern, opened by Asha unless somebody else is named."""
        given: dict[str, Any] = {
            "service": self.service,
            "legal_basis": "public_task_care",
            "legal_reason": "The family asked this public service for help with care.",
            "needs": ["substance_use"],
            "reporter_joins": True,
            **more,
        }
        return triage.open_case(
            concern=concern, by=(by or self.asha).reader, at=self.moment, **given
        )

    def build_case(self, mark: str = "") -> None:
        """Sam's case, with Noor who agreed and Teo whom nobody asked yet; others have a mark."""
        noor, teo = f"noor{mark}@example.org", f"teo{mark}@example.org"
        self.concern = self.worry(contact=noor, alias=f"Sam{mark}")
        opened = self.open_case(self.concern)
        self.case, self.circle = opened.case, opened.circle
        self.sam = self.circle.focus
        assert opened.reporter is not None
        self.noor = self.joined(opened.reporter, noor)
        self.at(self.moment + timedelta(days=1))
        friend = people.add_member(
            circle=self.circle,
            name="Teo Lindqvist",
            relation="friend",
            by=self.asha.reader,
            at=self.moment,
        )
        self.teo = self.joined(friend, teo)
        consent.give(
            circle=self.circle,
            person=self.noor.person,
            form="c_family",
            given_how="screen",
            expires_on=(self.moment + timedelta(days=180)).date(),
            by=self.noor.reader,
            at=self.moment,
        )

    def joined(self, member: Member, email: str) -> Cast:
        """A member who was invited and came in."""
        account = self._accept(member.person, member.circle, email)
        return Cast(self, account, member.person, member=member)

    def engage_sam(self, email: str = "sam@example.org") -> Cast:
        """Sam came in: the case is active and he has an account."""
        from alongside.cases import actions as cases

        case = Case._base_manager.get(pk=self.case.pk)
        self.case = cases.engage_person(
            case=case, version=case.version, by=self.asha.reader, at=self.moment
        )
        account = self._accept(self.sam, self.circle, email)
        self.sam_account = Cast(self, account, self.sam)
        return self.sam_account

    def _accept(self, person: Person, circle: Circle, email: str) -> Account:
        token = access.issue_link(
            purpose="join_circle",
            target=person.pk,
            person=person,
            circle=circle,
            expires_at=self.moment + timedelta(days=14),
            by=self.system,
            at=self.moment,
        )
        return access.accept_invitation(
            email=email,
            by=readers.reader_for_link(token, "join_circle", self.moment),
            at=self.moment,
        )


def make_world(*, at: datetime = NOON, case: bool = True) -> World:
    """A house with its staff, three days old; with Sam's case unless ``case`` is False.

    The worry came two days before ``at``; Teo joined and Noor agreed a day before it.
    """
    world = World(at.astimezone(UTC) - timedelta(days=3))
    world.build_house(on_call_on=at.date())
    return add_case(world, at=at) if case else world.at(at)


def add_case(world: World, *, at: datetime, mark: str = "") -> World:
    """Sam's case in a house that stands, as ``make_world`` has it; one more has a mark."""
    world.at(at - timedelta(days=2)).build_case(mark)
    return world.at(at)

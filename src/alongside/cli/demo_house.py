"""The house of the demonstration: its services, its staff, who is on call."""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from allauth.mfa.totp.internal.auth import TOTP

from alongside import catalogue
from alongside.access import actions as access
from alongside.access import readers
from alongside.access.models import Account
from alongside.calendar import rooms
from alongside.cli.demo_days import Days, Staff, Story
from alongside.credentials import actions as credentials
from alongside.crisis import actions as crisis
from alongside.directory import actions as directory
from alongside.directory.models import Service
from alongside.notify import channels
from alongside.notify import queries as notify
from alongside.people import actions as people
from alongside.people.models import Institution, Person
from alongside.records.reader import system

WHY = "the demonstration's own set-up"
# Numbers that Ofcom keeps free for films and books.
ON_CALL = {
    "hana": "+447700900123", "ifeoma": "+447700900456",
    "aoife": "+447700900234", "samuel": "+447700900567",
}  # fmt: skip
SUPERVISOR = "ifeoma"


def comes_in(story: Story, person: Person, email: str, at: datetime) -> Account:
    """Somebody opens the link to join that the lead made for them, and has an account from then."""
    token = access.issue_link(
        purpose="join_circle",
        target=person.pk,
        person=person,
        circle=story.case.circle,
        expires_at=at + timedelta(days=1),
        by=readers.reader_for(story.lead.account, at),
        at=at,
    )
    link = readers.reader_for_link(token, "join_circle", at)
    return access.accept_invitation(email=email, by=link, at=at)


class House(Days):
    """What is there before anybody worries: services, colleagues, their titles, the rota."""

    def _set_up(self) -> None:
        by, at, house = system(WHY, self.moment), self.moment, self.script["institution"]
        year = self.script["year"] if self.is_year else {"services": [], "staff": [], "rooms": []}
        self.home: Institution = people.make_institution(
            name=house["name"],
            country=house["country"],
            zone=house["zone"],
            jurisdiction=house["jurisdiction"],
            by=by,
            at=at,
        )
        places = [self.script["service"], *year["services"]]
        self.services = [self._open_service(place) for place in places]
        self.on_call = [tuple(place["on_call"]) for place in places]
        for row in [*self.script["staff"], *year["staff"]]:
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
            for row in [*self.script["rooms"], *year["rooms"]]
        }
        leading = [key for key, each in self.staff.items() if "lead" in each.roles]
        self.leads = [key for key in leading if "trainee" not in self.staff[key].roles]
        for key in leading:
            access.grant(
                account=self.staff[SUPERVISOR].account,
                role="supervisor",
                practitioner=self.staff[key].practitioner,
                reason="supervision",
                by=by,
                at=at,
            )
        self._check_lines()
        self._roster()
        for key, phone in ON_CALL.items():
            if key in self.staff:  # some work here in a year alone
                self.at(self.end - timedelta(days=20), partial(self._reach, key, phone))

    def _open_service(self, place: Mapping[str, Any]) -> Service:
        return directory.save_service(
            institution=self.home,
            name=place["name"],
            setting=place["setting"],
            opens=time.fromisoformat(place["opens"]),
            closes=time.fromisoformat(place["closes"]),
            fallback_email="fallback@demo.invalid",
            by=system(WHY, self.moment),
            at=self.moment,
        )

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
            if role in {"supervisor", "on_call", "trainee"}:
                continue  # an edge to a practitioner; a shift; no right of its own
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
        """First and second of each service, day by day, until two weeks after the end."""
        turns = [
            (service, order, key)
            for service, pair in zip(self.services, self.on_call, strict=True)
            for order, key in enumerate(pair, start=1)
        ]
        zone = self.home.zone
        day = self.begin.astimezone(ZoneInfo(zone)).date()
        last = self.end.date() + timedelta(days=15)
        while day < last:
            start = datetime.combine(day, time(8))
            for service, order, key in turns:
                crisis.save_shift(
                    service=service,
                    account=self.staff[key].account,
                    order=order,
                    local_start=start,
                    local_end=start + timedelta(days=1),
                    zone=zone,
                    by=system(WHY, self.moment),
                    at=self.moment,
                )
            day += timedelta(days=1)

    def _by_itself(self) -> Any:
        """The service, for what it does by itself."""
        return system(WHY, self.moment)

    def _public(self) -> Any:
        return system("the demonstration's public door", self.moment)

    def _reader(self, staff: Staff) -> Any:
        return readers.reader_for(staff.account, self.moment)

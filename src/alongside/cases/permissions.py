"""What the words of the access matrix mean for concerns and cases, and what *disclosed* and
*passed on* mean for everything that hangs on a circle."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q

from alongside.cases.models import Case, RightsRequest, standing
from alongside.consent.models import Consent, Refusal
from alongside.records.conditions import own
from alongside.records.registry import Condition, conditions

RELEASE = "c_release@"  # the form by which somebody agrees that their words are passed on


def disclosed(case: str = "circle__case") -> Condition:
    """The person was told, or came in. ``case`` is the path from the row to its case."""
    before = f"{case}__" if case else ""

    def q(reader: Any) -> Q:
        return Q(**{f"{before}disclosed_at__lte": reader.at}) | Q(
            **{f"{before}engaged_at__lte": reader.at}
        )

    def holds(row: Any, reader: Any) -> bool:
        circle = row.pk if case == "case" else row.circle_id
        return Case._base_manager.filter(
            Q(disclosed_at__lte=reader.at) | Q(engaged_at__lte=reader.at), circle_id=circle
        ).exists()

    return Condition(q=q, holds=holds)


def passed_on(said_by: str) -> Condition:
    """The person came in and has not limited it, and who said it released it and said no since.

    ``said_by`` is the column of who said it.
    """

    def consents(reader: Any) -> Any:
        no_since = Refusal._base_manager.filter(
            about__startswith=RELEASE.rstrip("@"),
            person=OuterRef("person"),
            circle=OuterRef("circle"),
            refused_at__gte=OuterRef("given_at"),
            refused_at__lte=reader.at,
        )
        return Consent._base_manager.filter(
            ~Exists(no_since),
            form__startswith=RELEASE,
            to_whom="",  # one that names somebody is for them and for nobody else
            given_at__lte=reader.at,
            expires_on__gte=reader.at.date(),
            ended_on=None,
        ).filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=reader.at))

    def q(reader: Any) -> Q:
        released = consents(reader).filter(person=OuterRef(said_by), circle=OuterRef("circle"))
        limited = RightsRequest._base_manager.filter(standing(), circle=OuterRef("circle"))
        return (
            Q(circle__case__engaged_at__lte=reader.at) & Q(Exists(released)) & ~Q(Exists(limited))
        )

    def holds(row: Any, reader: Any) -> bool:
        came_in = Case._base_manager.filter(circle_id=row.circle_id, engaged_at__lte=reader.at)
        released = consents(reader).filter(
            person_id=getattr(row, f"{said_by}_id"), circle_id=row.circle_id
        )
        limited = RightsRequest._base_manager.filter(standing(), circle_id=row.circle_id)
        return came_in.exists() and released.exists() and not limited.exists()

    return Condition(q=q, holds=holds)


CONCERN = {
    "own": own("written_by"),
    "untriaged": Condition(
        q=lambda reader: Q(circle=None) & ~Q(state="draft"),
        holds=lambda row, reader: row.circle_id is None and row.state != "draft",
        by_making=lambda circle: circle is None,
    ),
    "passed_on": passed_on("written_by"),
}
CASE = {"disclosed": disclosed("")}
SAID = {"own": own("person")}


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("cases.concern", CONCERN)
    conditions.register("cases.case", CASE)
    conditions.register("cases.ownview", SAID)
    conditions.register("cases.rightsrequest", SAID)
    conditions.register("people.member", {"disclosed": disclosed()})
    conditions.register("people.circle", {"disclosed": disclosed("case")})

"""What whoever comes to help must know: where somebody is, what they take, allergies."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from alongside.people.models import Circle, Essentials
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import StaleVersion
from alongside.records.reader import Reader


@action
def save(
    *,
    circle: Circle,
    version: int,
    by: Reader,
    at: datetime,
    address: str = "",
    medicines: str = "",
    allergies: str = "",
    said_by: str = "",
) -> Essentials:
    """Write down what stands from now on; what stood before is kept, and ended.

    Args:
        circle: whose focus person it is about.
        version: of what the writer saw; 0 when nothing stood there.
        address: where they usually are, and how one gets in. said_by: who said so.

    Raises:
        StaleVersion: somebody else wrote meanwhile; ``current`` is what stands.
    """
    by.confirm_create("contact", institution=circle.institution_id, circle=circle.pk)
    circles = Circle.objects.unscoped("the first two to write wait for each other")
    circle = circles.select_for_update(of=("self",)).select_related("focus").get(pk=circle.pk)
    person = circle.focus
    rows = Essentials.objects.writable_by(by, "E").filter(person=person, ended_at=None)
    current: Essentials | None = rows.select_for_update(of=("self",)).first()
    if current is not None:
        if current.version != version:
            raise StaleVersion(current=current)
        current.ended_at = at
        current.save_version(version, ["ended_at"])
    made: Essentials = Essentials.objects.create(
        institution_id=circle.institution_id,
        person=person,
        circle=circle,
        version=version + 1,
        address=address,
        medicines=medicines,
        allergies=allergies,
        said_by=said_by,
        created_at=at,
    )
    audit.write("people.contact_changed", by=by, at=at, about=made, detail={"what": "essentials"})
    return made


def of(person: UUID, *, seen_by: Reader) -> Essentials | None:
    """What stands now about a person, if this reader may read it."""
    found: Essentials | None = (
        Essentials.objects.visible_to(seen_by).filter(person_id=person, ended_at=None).first()
    )
    return found

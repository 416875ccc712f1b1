"""Hand a device to one person for one form: at once, or by a code that is typed on it."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from alongside import catalogue
from alongside.access import actions as access
from alongside.access import readers
from alongside.crisis import codes, rules
from alongside.crisis.models import WrongTry
from alongside.measures import actions
from alongside.measures.models import Asking
from alongside.measures.rules import may_be_sent
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.crypto import keyed_hash
from alongside.records.errors import NotAllowed

PURPOSE, CODE = "here", "here_code"


@dataclass(frozen=True, slots=True)
class Begun:
    """What came of a code: the secret of the link that the device holds, or none."""

    token: str = ""
    must_wait: bool = False


@action
def hand_device(*, asking: Asking, by: Any, at: datetime) -> str:
    """Let one device open one form and nothing else; any other device it was handed on ends.

    Returns:
        The secret of the private link that the device's session holds. It is in no address.

    Raises:
        NotForALink: a trained person asks this one. Answered, Expired.
    """
    by.confirm("E", asking)
    _must_fit(asking, at)
    _end(asking, by=by, at=at)
    most = at + catalogue.current().answering.at_most
    token = access.issue_link(
        purpose=PURPOSE,
        target=asking.pk,
        person=asking.respondent,
        circle=asking.circle,
        expires_at=min(most, asking.expires_at),
        by=by,
        at=at,
    )
    Asking.objects.writable_by(by, "E").filter(pk=asking.pk).update(left_at=None)
    audit.write("access.device_handed_over", by=by, at=at, about=asking)
    return token


@action
def make_code(*, asking: Asking, by: Any, at: datetime) -> str:
    """A code that lets the device on which it is typed open one form; any earlier code ends.

    Raises:
        NotForALink: a trained person asks this one. Answered, Expired.
    """
    by.confirm("E", asking)
    _must_fit(asking, at)
    access.end_links(target=asking.pk, purpose=CODE, by=by, at=at)
    code = "".join(secrets.choice(codes.LETTERS) for _ in range(codes.LENGTH))
    access.issue_code(
        code=code,
        purpose=CODE,
        target=asking.pk,
        person=asking.respondent,
        circle=asking.circle,
        expires_at=at + catalogue.current().answering.code_lives,
        by=by,
        at=at,
    )
    return code


def type_code(*, code: str, visitor: str, at: datetime) -> Begun:
    """A code was typed on a device.

    Args:
        code: as it was typed. visitor: where it came from; only its hash is kept.

    Returns:
        The secret as from ``hand_device``; none when the code opens nothing, and whether to wait
        after ten wrong ones in ten minutes from one place.
    """
    origin = keyed_hash("device-visitor", visitor)
    since = at - rules.WRONG_CODES_WITHIN
    if WrongTry.objects.filter(visitor=origin, at__gt=since).count() >= rules.WRONG_CODES:
        return Begun(must_wait=True)
    letters = "".join(re.findall(r"\w", code.upper()))[:40]
    try:
        by = readers.reader_for_hash(keyed_hash(f"link:{CODE}", letters), CODE, at)
        return Begun(_spend(by=by, at=at))
    except (NotAllowed, actions.Answered, actions.Expired, actions.NotForALink):
        WrongTry.objects.create(visitor=origin, at=at)
        return Begun()


@action
def _spend(*, by: readers.LinkReader, at: datetime) -> str:
    asking = Asking.objects.visible_to(by).select_related("circle", "respondent").first()
    if asking is None:
        raise NotAllowed(action="open", record="link")
    # Handing over ends every code for the form, this one with them: it works once.
    token: str = hand_device(asking=asking, by=by, at=at)
    return token


@action
def end_device(*, target: UUID, by: Any, at: datetime) -> None:
    """The person is done, or left: no device opens this form any more."""
    access.end_links(target=target, purpose=PURPOSE, by=by, at=at)


def leave_device(*, by: readers.LinkReader, at: datetime) -> None:
    """*Leave this page* on a device: the form is left, and no device opens it any more."""
    asking = Asking.objects.visible_to(by).first()
    if asking is not None:
        actions.leave_form(asking=asking, by=by, at=at)
        end_device(target=asking.pk, by=by, at=at)


def _must_fit(asking: Asking, at: datetime) -> None:
    actions.must_be_open(asking, at)
    if not may_be_sent(catalogue.current().instrument(asking.instrument)):
        raise actions.NotForALink(asking=asking)


def _end(asking: Asking, *, by: Any, at: datetime) -> None:
    for purpose in (PURPOSE, CODE):
        access.end_links(target=asking.pk, purpose=purpose, by=by, at=at)

"""The trail: acts, reads and refusals, each with its own HMAC at once."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import models, transaction

from alongside.records import keys
from alongside.records.audit_words import WORDS
from alongside.records.models import AuditEvent, AuditWaiting
from alongside.records.saving import insert_both

request_id: ContextVar[str] = ContextVar("request_id", default="")


def write(
    word: str,
    *,
    by: Any,
    at: datetime,
    about: models.Model | UUID | str | None = None,
    ids: Iterable[UUID] | Mapping[str, Iterable[UUID]] = (),
    result: str = "done",
    detail: Mapping[str, str] | None = None,
    institution: UUID | None = None,
) -> AuditEvent:
    """Add one row to the trail, in the transaction of the act it tells of.

    Args:
        word: one of ``audit_words``.
        by: the reader who acted; the row keeps the account's id and the roles used.
        at: the moment, UTC.
        about: the record acted on; only its random id is kept.
        ids: ids shown, for a read: as they are, or by noun.
        detail: short facts such as a code or a version. Never what people wrote.
    """
    if word not in WORDS:
        raise ValueError(f"{word!r} is not in records/audit_words.py")
    shown = ids if isinstance(ids, Mapping) else ({"": ids} if ids else {})
    event = AuditEvent(
        at=at,
        word=word,
        account=by.account_id,
        name=by.name if by.is_system else "",
        roles=" ".join(sorted(by.roles)),
        institution=institution or _institution(about, by),
        about=_about(about),
        ids={noun: sorted(str(pk) for pk in pks) for noun, pks in sorted(shown.items())},
        detail=dict(detail or {}),
        request_id=request_id.get(),
        result=result,
    )
    event.mac = mac_of(event)
    insert_both(event, AuditWaiting(event=event.pk, at=at))
    return event


def refuse(word: str, *, by: Any, at: datetime, about: str = "", why: str = "") -> None:
    """Write a refusal, in a short transaction of its own, after the refused one rolled back."""
    with transaction.atomic():
        write(word, by=by, at=at, about=about, result="refused", detail={"why": why})


def mac_of(event: AuditEvent) -> str:
    """The HMAC of everything a row says."""
    said = [
        str(event.id),
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.word,
        str(event.account or ""),
        event.name,
        event.roles,
        str(event.institution or ""),
        event.about,
        event.ids,
        event.detail,
        event.purpose,
        event.request_id,
        event.result,
    ]
    body = json.dumps(said, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hmac.new(keys.key("audit"), body.encode(), sha256).hexdigest()


def _about(about: models.Model | UUID | str | None) -> str:
    if about is None:
        return ""
    if isinstance(about, models.Model):
        return f"{about._meta.label_lower}:{about.pk}"
    return str(about)


def _institution(about: Any, by: Any) -> UUID | None:
    if (given := getattr(about, "institution_id", None)) is not None:
        return UUID(str(given))
    return next(iter(by.institutions)) if len(by.institutions) == 1 else None

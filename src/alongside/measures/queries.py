"""Askings and responses, each with its reader."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from alongside import catalogue
from alongside.access.sight import Sight, who_can_see
from alongside.cases.models import Case
from alongside.crisis import actions as crisis
from alongside.crisis import queries as crisis_queries
from alongside.crisis.models import Alert, AlertEvent
from alongside.crisis.telling import SHIFT_WORDS, service_of
from alongside.engine.instruments import Instrument, Item, ScoreRule, items_to_ask
from alongside.engine.risk.rules import blank_critical, find_prompts, items_named
from alongside.measures import rules
from alongside.measures.models import KINDS, Asking, Response
from alongside.measures.permissions import LINK_MESSAGE
from alongside.notify.models import Message
from alongside.notify.transports import offered
from alongside.people.models import Circle, ContactPoint, Member, Person
from alongside.records import prepared
from alongside.records.among import Ids
from alongside.records.once import once

# The respondent is told the state of what their own answer raised, and nothing else.
STATE_ONLY = "the state of what this answer raised, for who gave it"
MOST_CHOICES = 15
# How long the page that says what came of a form may still be shown by its link.
SHOWN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Told:
    """What is true after a danger answer, for the page that says so.

    ``state`` is nothing, sent, taken, or not_staffed (sent to who stands in).
    """

    state: str
    at: datetime | None = None
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Staffing:
    """Is anybody on call for this circle now, and if not, when again?"""

    is_staffed: bool
    opens_at: datetime | None = None


def askings(*, seen_by: Any) -> Any:
    return Asking.objects.visible_to(seen_by).select_related(
        "circle__focus", "about", "respondent", "institution"
    )


def due(*, seen_by: Any, at: datetime) -> Any:
    """What somebody can still answer alone, oldest first."""
    return (
        alone(askings(seen_by=seen_by))
        .filter(answered_at=None, declined_at=None, expires_at__gt=at)
        .order_by("due_on", "asked_at")
    )


def alone(rows: Any) -> Any:
    """Of some askings, those that somebody may answer alone; a person asks the others."""
    here = catalogue.current().instruments
    return rows.filter(instrument__in=[ref for ref, each in here.items() if may_be_sent(each)])


def responses(*, seen_by: Any) -> Any:
    return (
        Response.objects.visible_to(seen_by)
        .filter(entered_in_error=False)
        .select_related("about", "respondent", "asking")
    )


def that_stand(rows: Any, *, circles: Ids | None = None) -> Any:
    """Of some responses those that nobody has put right since.

    Corrections are few: their list is made once, where a join would be asked for every row.

    Args:
        circles: of which the responses are; None where they are of the whole service.
    """
    corrections = Response.objects.unscoped("which answers were put right? (ids alone)")
    corrections = corrections.filter(corrects__isnull=False)
    if circles is not None:
        corrections = corrections.filter(circle__among=circles)
    return rows.exclude(pk__in=corrections.values("corrects"))


class Newest(NamedTuple):
    """The last answers of a circle, as a list of many circles says them."""

    circle: UUID
    instrument: str
    scores: dict[str, Any]
    answered_at: datetime


def newest_of(circles: Collection[UUID], *, seen_by: Any) -> dict[UUID, Newest]:
    """The last answers of each of some circles: one query, and one row a circle."""
    last = Window(
        RowNumber(), partition_by=F("circle"), order_by=[F("answered_at").desc(), F("pk").desc()]
    )

    def rows(circles: Ids) -> Any:
        return (
            that_stand(responses(seen_by=seen_by), circles=circles)
            .select_related(None)
            .filter(circle__among=circles)
            .annotate(nth=last)
            .filter(nth=1)
            .values_list("circle", "instrument", "scores", "answered_at")
        )

    found = prepared.rows("measures.newest", rows, seen_by=seen_by, circles=Ids(circles))
    return {row[0]: Newest(*row) for row in found}


def over_time(*, seen_by: Any, circle: UUID) -> Any:
    """Every response of a circle that this reader may read, oldest first: one query."""
    return responses(seen_by=seen_by).filter(circle=circle).order_by("answered_at")


def answered_in_circle(circle: UUID, *, seen_by: Any) -> list[Response]:
    """As ``over_time``, once a page."""
    return once(
        seen_by,
        "measures.answered",
        circle,
        make=lambda: prepared.rows(
            "measures.answered",
            lambda circle: _as_said(over_time(seen_by=seen_by, circle=circle)),
            seen_by=seen_by,
            circle=circle,
        ),
    )


def asked_in_circle(circle: UUID, *, seen_by: Any) -> list[Asking]:
    """As ``of_circle``, once a page."""
    return once(
        seen_by,
        "measures.asked",
        circle,
        make=lambda: prepared.rows(
            "measures.asked",
            lambda circle: _as_said(of_circle(circle, seen_by=seen_by)),
            seen_by=seen_by,
            circle=circle,
        ),
    )


def _as_said(rows: Any) -> Any:
    """Who said it and of whom: more of it no list of a whole circle shows."""
    return rows.select_related(None).select_related("about", "respondent")


def instrument_of(asking: Asking) -> Instrument:
    """The instrument at the version that was asked."""
    return catalogue.current().instrument(asking.instrument)


def wording_of(asking: Asking, language: str) -> Any:
    """Its words in a language, or in English where there is no official translation."""
    cat = catalogue.current()
    wording = cat.wording(asking.instrument, language)
    stem, country = wording.stem, asking.institution.country
    for name, values in cat.instrument(asking.instrument).details.items():
        stem = stem.replace(f"{{{name}}}", str(values.get(country, values["default"])))
    return wording if stem == wording.stem else replace(wording, stem=stem)


def draft_of(asking: Asking, *, seen_by: Any) -> Mapping[str, int | None]:
    """The answers so far, for the respondent alone; nothing for anybody else."""
    if asking.respondent_id not in seen_by.persons or not asking.draft:
        return {}
    found: dict[str, int | None] = json.loads(asking.draft)
    return found


def asking_of_link(*, seen_by: Any) -> Asking | None:
    """The one asking that a private link opens; None when the link is over for it.

    A form that was answered or declined is over, but for an hour its thanks may be shown again.
    """

    def rows() -> Any:
        return askings(seen_by=seen_by).order_by("pk")[:1]

    found: Asking | None = prepared.first("measures.of_link", rows, seen_by=seen_by)
    if found is None or found.expires_at <= seen_by.at:
        return None
    done = found.answered_at or found.declined_at
    return None if done is not None and seen_by.at - done > SHOWN_AFTER else found


def asking_of_ended_link(*, seen_by: Any) -> Asking | None:
    """The asking of a link that lasted as long as it did; None for one that was ended before."""
    found: Asking | None = askings(seen_by=seen_by).first()
    if found is None:
        return None
    ended: datetime = seen_by.link.ended_at or seen_by.link.expires_at
    return found if ended >= found.expires_at else None


def items_asked(asking: Asking, answers: Mapping[str, int | None]) -> tuple[Item, ...]:
    """The items to ask, in their order; some only when the answers so far call for them."""
    instrument = instrument_of(asking)
    return tuple(instrument.item(id) for id in items_to_ask(instrument, answers))


def danger_items(asking: Asking) -> frozenset[str]:
    """Items of which an answer may raise an alert: before the first of them the page says so."""
    found = catalogue.current().risk_rules_for(asking.instrument)
    return frozenset(item for rule in found if rule.level for item in items_named(rule.when))


def critical_items(asking: Asking) -> frozenset[str]:
    """Items whose blank is asked for once more."""
    return frozenset(blank_critical(catalogue.current().risk_rules_for(asking.instrument), {}))


def told(asking: Asking) -> Told:
    """What became of the danger in these answers: for the respondent, its state and no more."""
    alerts = [a for a in crisis.alerts_from(f"asking:{asking.pk}") if a.is_life_critical]
    if not alerts:
        return Told("nothing")
    notes = list(AlertEvent.objects.unscoped(STATE_ONLY).filter(alert__in=alerts, kind="told"))
    taken = [alert.acknowledged_at for alert in alerts if alert.acknowledged_at]
    state = "sent"
    if taken:
        state = "taken"
    elif not any(event.note in SHIFT_WORDS for event in notes):
        state = "not_staffed"
    return Told(
        state,
        at=max(alert.last_raised_at for alert in alerts),
        taken_at=min(taken, default=None),
    )


def has_open_alert(asking: Asking) -> bool:
    """Is anything that these answers raised still open? Open means not closed."""
    ids = [alert.pk for alert in crisis.alerts_from(f"asking:{asking.pk}")]
    return Alert.objects.unscoped(STATE_ONLY).filter(pk__in=ids, closed_at=None).exists()


def has_number(asking: Asking) -> bool:
    """Do we have a phone number of who answers?"""
    rows = ContactPoint.objects.unscoped("is there a number? It is not shown")
    return bool(rows.filter(person=asking.respondent_id, channel="phone", ended_at=None).exists())


def staffing(asking: Asking, at: datetime) -> Staffing:
    """Who is on call is for anyone to know: before a danger question the page says it."""
    service = service_of(circle=asking.circle_id, institution=asking.institution_id)
    if service is None:
        return Staffing(False)
    if crisis_queries.is_staffed(service, at):
        return Staffing(True)
    return Staffing(False, crisis_queries.next_on_call(service, at))


def who_reads(asking: Asking, *, seen_by: Any) -> Sight:
    """Who can read the answers to this asking."""
    return who_can_see(KINDS[asking.kind], circle=asking.circle_id, seen_by=seen_by)


def answered_count(asking: Asking) -> tuple[int, int]:
    """How many questions of a recorded form were answered, of how many that were asked.

    Two numbers, for the page of thanks that a private link may show.
    """
    rows = Response.objects.unscoped("two numbers for the thanks, never the answers")
    row = rows.filter(asking=asking, corrects=None).first()
    if row is None:
        return 0, 0
    return sum(value is not None for value in row.answers.values()), len(row.answers)


def of_circle(circle: UUID, *, seen_by: Any) -> Any:
    """Everything asked in a circle, newest first."""
    return askings(seen_by=seen_by).filter(circle=circle).order_by("-asked_at", "pk")


def open_for(persons: Collection[UUID], circle: UUID, *, seen_by: Any, at: datetime) -> Any:
    """What some persons of a circle can still answer, alone or with somebody, oldest first."""
    return (
        askings(seen_by=seen_by)
        .filter(circle=circle, respondent__in=persons)
        .filter(answered_at=None, declined_at=None, expires_at__gt=at)
        .order_by("due_on", "asked_at", "pk")
    )


def answered_in(occasion: str, *, seen_by: Any) -> Any:
    """What was answered on one occasion, such as ``session:<uuid>``, as it stands, oldest first."""
    found = responses(seen_by=seen_by).filter(asking__occasion=occasion, corrections=None)
    return found.order_by("answered_at")


def sent_by_mail(found: list[Asking]) -> dict[UUID, str]:
    """Where the newest mail with each private link stands: waiting, sent, withheld or given_up."""
    rows = Message.objects.unscoped("whether a link this reader sent went out, not what it says")
    said: dict[UUID, str] = {}
    about = [f"asking:{asking.pk}" for asking in found]
    for row in rows.filter(kind=LINK_MESSAGE, about__in=about).order_by("created_at"):
        state = "sent" if row.sent_at else "withheld" if row.withheld_at else "waiting"
        said[UUID(row.about.partition(":")[2])] = "given_up" if row.given_up_at else state
    return said


def safe_way(person: Person, *, seen_by: Any) -> ContactPoint | None:
    """The newest live way over which this deployment can write to somebody: mail or text."""
    rows = ContactPoint.objects.visible_to(seen_by).filter(person=person, ended_at=None)
    here = offered()
    return next((r for r in rows.order_by("-created_at") if rules.channel_of(r) in here), None)


def can_be_asked(circle: Circle, *, seen_by: Any) -> list[Person]:
    """Whom a form may be sent to: live members, and the person once they came in (5.1)."""
    rows = Member.objects.visible_to(seen_by).filter(circle=circle, to_at=None)
    found = [row.person for row in rows.select_related("person").order_by("from_at", "pk")]
    came_in = Case.objects.visible_to(seen_by).filter(circle=circle, engaged_at__isnull=False)
    return [circle.focus, *found] if came_in.exists() else found


def instruments_here() -> list[Instrument]:
    """The newest version of each instrument that can be asked here, by name.

    Those whose words are not here are asked from the service's own form.
    """
    cat = catalogue.current()
    newest: dict[str, Instrument] = {}
    for found in cat.instruments.values():
        if f"instruments/{found.ref}" in cat.retired:
            continue  # what was asked of it goes on; nothing new is
        held = newest.get(found.ref.id)
        if held is None or held.ref.version < found.ref.version:
            newest[found.ref.id] = found
    return sorted(
        (each for each in newest.values() if each.licence.tier != "no"), key=lambda each: each.name
    )


def typed(instrument: Instrument, item: Item) -> tuple[int, int] | None:
    """The lowest and highest answer of an item with so many that a number is typed."""
    values = instrument.options[item.options]
    return (min(values), max(values)) if len(values) > MOST_CHOICES else None


def ids_asked(asking: Asking, answers: Mapping[str, object]) -> frozenset[str]:
    """The items that are asked after these answers; what is no number is not looked at."""
    known = {id: value for id, value in answers.items() if type(value) is int}
    return frozenset(items_to_ask(instrument_of(asking), known))


def scores_to_enter(instrument: Instrument) -> tuple[ScoreRule, ...]:
    """The scores that may be entered as totals, where the words of the form are not here."""
    if instrument.licence.tier == "ship":
        return ()
    return tuple(rule for rule in instrument.scores if not rule.parts)


def packs_off() -> list[tuple[str, tuple[str, ...]]]:
    """The packs that are not switched on, each with the names of its instruments."""
    packs = catalogue.current().packs.values()
    return [(p.id, tuple(sorted(p.instruments.values()))) for p in packs if not p.is_on]


def prompts_of(response: Response) -> list[str]:
    """The ids of the sentences that a response calls for: to ask now, or to read; no alert."""
    cat = catalogue.current()
    if response.instrument not in cat.instruments:
        return []
    found = find_prompts(
        cat.risk_rules_for(response.instrument), response.answers, scores=response.scores
    )
    return list(dict.fromkeys(each.sentence for each in found if each.sentence))


def may_be_sent(instrument: Instrument) -> bool:
    """May this be answered by a private link?"""
    return rules.may_be_sent(instrument)

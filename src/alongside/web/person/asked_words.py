"""What the pages of one form need: where they are, its items as they are asked, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import time_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.directory import queries as directory
from alongside.measures import actions, queries
from alongside.records import clock
from alongside.web.parts.pages import Request
from alongside.web.parts.people_words import listed


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody came to a form: where its pages are, and what they may show.

    ``key`` is the private link's secret or the asking's id; ``by_link`` pages show no name. On a
    device that is handed to one person there is no key: its session knows the one form.
    """

    space: str
    key: str
    by_link: bool

    def url(self, page: str, *args: object) -> str:
        return reverse(f"{self.space}:{page}", args=[self.key, *args] if self.key else args)

    @property
    def is_here(self) -> bool:
        """Is it a device of the service that is handed to one person?"""
        return self.space == "here"

    @property
    def has_session(self) -> bool:
        """Whether its pages send the token of a session."""
        return self.is_here or not self.by_link

    @property
    def where(self) -> actions.Where:
        """What is kept of where the answers were given."""
        return actions.Where("here" if self.is_here else "")

    @property
    def base(self) -> str:
        if self.is_here:
            return "person/here/base.html"
        return "person/form/by_link.html" if self.by_link else "parts/base_person.html"

    @property
    def leave_url(self) -> str:
        if self.by_link and not self.is_here:
            return reverse("public:leave_visit", args=[self.key])
        return ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An asking with what its pages need: its items as they are asked now, and the draft."""

    asking: Any
    answers: Mapping[str, int | None]
    items: tuple[Any, ...]
    wording: Any

    def number(self, item: str) -> int:
        """Which question this is, from 1; 0 when it is not asked."""
        return next((n for n, each in enumerate(self.items, 1) if each.id == item), 0)

    def words(self, item: Any) -> str:
        return str(self.wording.items.get(item.id, item.id))

    def typed(self, item: Any) -> tuple[int, int] | None:
        """The lowest and highest number, where so many are possible that one is typed."""
        return queries.typed(queries.instrument_of(self.asking), item)

    def choices(self, item: Any) -> list[tuple[int, str]]:
        values = queries.instrument_of(self.asking).options[item.options]
        labels = self.wording.options.get(item.options, {})
        return [(value, str(labels.get(value, value))) for value in values]


def sheet_of(asking: Any, *, seen_by: Any) -> Sheet:
    """What the pages of an asking need."""
    answers = queries.draft_of(asking, seen_by=seen_by)
    return Sheet(
        asking,
        answers,
        queries.items_asked(asking, answers),
        queries.wording_of(asking, spoken()),
    )


def spoken() -> str:
    """The language of this page."""
    return get_language() or "en"


def more_to_come(sheet: Sheet) -> str:
    """That some questions are asked only after certain answers; nothing when none is left."""
    asked = {item.id for item in sheet.items}
    left = [
        item
        for item in queries.instrument_of(sheet.asking).items
        if item.ask_if is not None and item.id not in asked
    ]
    if not left:
        return ""
    return ngettext(
        "There may be one more, depending on what you answer.",
        "There may be up to %(number)s more, depending on what you answer.",
        len(left),
    ) % {"number": len(left)}


def about(sheet: Sheet) -> str:
    """What the questions are about, in a few words, from the time they look back on."""
    recall = queries.instrument_of(sheet.asking).recall
    known = {
        "last 2 weeks": _("how the last two weeks have been"),
        "now": _("how it is now"),
        "this session": _("how this talk was"),
    }
    return str(known.get(recall, ""))


def who_sees(request: Request, way: Way, asking: Any) -> str:
    """Who can see the answers, from the live table. By a link, without a name (M6)."""
    if way.by_link:
        if asking.kind == "own":
            return _("The team who works with you sees your answers. Your family doesn’t.")
        return _("The team who works with you sees your answers. Nobody else in your circle does.")
    sight = queries.who_reads(asking, seen_by=request.reader)
    names = [name for role, name in sight.staff if role in ("lead", "therapist")]
    if not names:
        return _("The team who works with you sees your answers. Your family doesn’t.")
    return ngettext(
        "%(names)s, who is working with you, sees your answers. Your family doesn’t.",
        "%(names)s, who are working with you, see your answers. Your family doesn’t.",
        len(names),
    ) % {"names": listed(names)}


def before_danger(asking: Any) -> str:
    """Before the first question of danger: what such an answer does, and whether anyone is here."""
    cat, language = catalogue.current(), spoken()
    here = queries.staffing(asking, clock.now())
    if here.is_staffed:
        return str(cat.sentence("measures_danger_before", language))
    if here.opens_at is None:
        return str(cat.sentence("measures_danger_not_staffed_no_time", language))
    return str(cat.sentence("measures_danger_not_staffed", language)).format(
        opens=hour(asking, here.opens_at)
    )


def emergency() -> str:
    """The emergency number of the country, or words for it."""
    house = directory.house()
    known = catalogue.current().lines.get(house.country) if house else None
    return str(known.emergency_number) if known else _("the emergency number")


def local(asking: Any, at: Any) -> Any:
    return at.astimezone(ZoneInfo(asking.institution.zone))


def hour(asking: Any, at: Any) -> str:
    return "" if at is None else str(time_format(local(asking, at), "H:i"))


def next_open(sheet: Sheet) -> int:
    """The first question nobody has answered or skipped; the last when all are done."""
    for number, item in enumerate(sheet.items, 1):
        if item.id not in sheet.answers:
            return number
    return len(sheet.items)


def after(sheet: Sheet, item: str) -> int:
    """The number of the first question after an item in the order of the form; 0 when none is."""
    order = queries.instrument_of(sheet.asking).item_ids
    later = set(order[order.index(item) + 1 :])
    return next((n for n, each in enumerate(sheet.items, 1) if each.id in later), 0)


def before(way: Way, number: int) -> str:
    return way.url("form-question", number - 1) if number > 1 else way.url("form-start")


def way_on(way: Way) -> list[dict[str, Any]]:
    if way.by_link:
        return []
    return [
        {"url": reverse("person:change"), "label": _("See how it has changed"), "main": True},
        {"url": reverse("person:plan"), "label": _("My plan"), "main": False},
    ]

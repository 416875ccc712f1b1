"""What every page of this door shares: the case it belongs to, its head, tabs and crumbs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside import catalogue
from alongside.access import policy
from alongside.access.routes import Access, access_of
from alongside.cases import queries as cases
from alongside.web.parts.pages import Request, local_day, seen_by_whom, short_day
from alongside.web.parts.people_words import CASE_STATES, age_band
from alongside.web.practitioner.standing import standings_of, tag_of

BASE = "parts/base_practitioner.html"

# The pages of a case by what they are about, in order: for each part its name, and its pages with
# the word for `tab`, the address's name, the label. A page whose slice is not there yet has no
# address and is left out; a part with one page has no second row.
PARTS = (
    (
        gettext_lazy("Overview"),
        (("overview", "practitioner:case", gettext_lazy("Overview")),),
    ),
    (
        gettext_lazy("Safety"),
        (
            ("danger", "practitioner:case-danger", gettext_lazy("Danger")),
            ("safety", "practitioner:case-safety", gettext_lazy("Safety plan")),
            ("after", "practitioner:case-after", gettext_lazy("After a crisis")),
        ),
    ),
    (
        gettext_lazy("Circle"),
        (
            ("circle", "practitioner:case-circle", gettext_lazy("Who is in it")),
            ("consent", "practitioner:case-consent", gettext_lazy("Consent")),
        ),
    ),
    (
        gettext_lazy("Plan"),
        (
            ("plan", "practitioner:case-plan", gettext_lazy("The plan")),
            ("choose", "practitioner:case-choose", gettext_lazy("Choose a way")),
            ("meeting", "practitioner:case-meeting", gettext_lazy("Meeting")),
            ("closing", "practitioner:case-closing", gettext_lazy("Closing")),
        ),
    ),
    (
        gettext_lazy("Sessions"),
        (
            ("sessions", "practitioner:case-sessions", gettext_lazy("Sessions")),
            ("sheets", "practitioner:case-sheets", gettext_lazy("Sheets")),
            ("letters", "practitioner:case-letters", gettext_lazy("Letters")),
            ("own_notes", "practitioner:case-own-notes", gettext_lazy("Process notes")),
            ("groups", "practitioner:case-groups", gettext_lazy("Groups")),
        ),
    ),
    (
        gettext_lazy("Questions"),
        (
            ("measures", "practitioner:case-measures", gettext_lazy("Asked")),
            ("schedule", "practitioner:case-schedule", gettext_lazy("Schedule")),
        ),
    ),
    (
        gettext_lazy("Progress"),
        (("progress", "practitioner:case-progress", gettext_lazy("Progress")),),
    ),
    (
        gettext_lazy("What happened"),
        (("timeline", "practitioner:case-timeline", gettext_lazy("What happened")),),
    ),
)
_rules: dict[str, Access | None] = {}
LABELS = {word: label for _part, pages in PARTS for word, _name, label in pages}


def case_or_404(request: Request, pk: UUID) -> Any:
    """A case this reader may read; for anybody else it does not exist."""
    case = cases.case(pk, seen_by=request.reader)
    if case is None:
        raise Http404
    return case


def address(name: str, *args: Any) -> str:
    """The address of a page, or nothing while its slice is not there."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def opens(request: Request, name: str, url: str) -> bool:
    """Could this reader open the page of a name: is there such a record for their roles?

    Args:
        url: any address of the page; what a name asks for is looked up once in a process.
    """
    rule = _rules.get(name)
    if rule is None:
        match = resolve(url)
        rule = _rules[name] = access_of(match.func, match.view_name)
    return rule is not None and (
        rule.kind != "record" or policy.may_open(request.reader, rule.record_type, rule.action)
    )


def name_of(case: Any) -> str:
    """How the person is called here."""
    return str(case.circle.focus)


def case_page(
    request: Request,
    template: str,
    case: Any,
    *,
    tab: str,
    title: str = "",
    head: bool = True,
    status: int = 200,
    standings: Sequence[Any] | None = None,
    **context: Any,
) -> HttpResponse:
    """Render one page of a case, with crumbs, head and tabs.

    Args:
        tab: a word of ``PARTS``; title: what the page is called in its crumbs.
        head: show the case's head; without it the page has its own ``h1``.
        standings: where the running courses stand, from a page that knows it already.
    """
    label = title or str(LABELS[tab])
    parts, pages = tabs(request, case, tab)
    crumbs = [
        {"url": reverse("practitioner:cases"), "label": _("Cases")},
        {"url": reverse("practitioner:case", args=[case.pk]), "label": name_of(case)},
        {"label": label},
    ]
    if tab == "overview":
        crumbs = [crumbs[0], {"label": name_of(case)}]
    return render(
        request,
        template,
        {
            "case": case,
            "crumbs": crumbs,
            "tabs": parts,
            "pages": pages,
            "head": case_head(request, case, standings) if head else None,
            "page_title": label,
            **context,
        },
        status=status,
    )


def tabs(
    request: Request, case: Any, current: str
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The parts of a case that are there for this reader, and the pages of the current part."""
    parts: list[Mapping[str, Any]] = []
    second: list[Mapping[str, Any]] = []
    for part, pages in PARTS:
        found: list[Mapping[str, Any]] = [
            {"url": url, "label": label, "current": word == current}
            for word, name, label in pages
            if (url := address(name, case.pk)) and opens(request, name, url)
        ]
        if not found:
            continue
        here = any(page["current"] for page in found)
        parts.append({"url": found[0]["url"], "label": part, "current": here})
        if here and len(found) > 1:
            second = found
    return parts, second


def case_head(
    request: Request, case: Any, standings: Sequence[Any] | None = None
) -> Mapping[str, Any]:
    """What ``parts/casehead.html`` shows."""
    state, kind = CASE_STATES[case.state]
    tags: list[dict[str, Any]] = [{"text": state, "kind": kind}]
    if case.state != "closed":
        found = standings
        if found is None:
            found = standings_of(request, case.circle_id, request.reader.at)
        tags += [tag_of(each) for each in found if each.signal in {"not_on_track", "watch"}]
    if case.disclosed_at is None:
        tags.append({"text": _("The person has not been told"), "kind": "heather", "icon": "lock"})
    return {
        "name": name_of(case),
        "about": age_band(case.circle.focus.age_band),
        "tags": tags,
        "text": _dates(request, case),
        "seen": seen_by_whom(request, "case", case.circle_id),
    }


def _dates(request: Request, case: Any) -> str:
    """Since when, and until when: the days that are set, or what comes of it once it is closed."""
    words = _("Case %(code)s, opened on %(day)s. Look again by %(review)s. Ends on %(end)s.")
    said = {
        "code": case.circle.code,
        "day": short_day(case.opened_at.date()),
        "review": short_day(case.review_by),
        "end": short_day(case.ends_on),
    }
    if case.closed_at is not None:
        after = case.closed_at + catalogue.current().retention.erase_after
        said["closed"] = short_day(local_day(request, case.closed_at))
        said["after"] = short_day(local_day(request, after))
        words = (
            _("Case %(code)s, opened on %(day)s, closed on %(closed)s.")
            if case.engaged_at is not None
            else _(
                "Case %(code)s, opened on %(day)s, closed on %(closed)s. What is kept goes after "
                "%(after)s."
            )
        )
    return words % said

"""Content: what the service works by, its source, who reviewed it, when, and when next."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.access import policy
from alongside.catalogue import authoring
from alongside.catalogue.standing import FOLDERS, Standing, standing, standings
from alongside.directory.content import RETIRABLE
from alongside.records import clock
from alongside.web.office import content_shown
from alongside.web.parts.access import access
from alongside.web.parts.content_words import part_words
from alongside.web.parts.pages import Request, day_words, further, local_day, short_day

DUE_DAYS = 60  # how far ahead a review is listed as due
KINDS = {
    "protocols": gettext_lazy("Protocols"),
    "instruments": gettext_lazy("Measures"),
    "artefacts": gettext_lazy("Forms of protocols"),
    "consent_forms": gettext_lazy("Consent forms"),
    "letters": gettext_lazy("Letters"),
}
ORIGINS = {
    "shipped": gettext_lazy("came with the software"),
    "own": gettext_lazy("made here"),
    "pack": gettext_lazy("from a pack"),
}
SHOW = {
    "": gettext_lazy("Everything"),
    "stale": gettext_lazy("Review overdue"),
    "due": gettext_lazy("Review due soon"),
    "unverified": gettext_lazy("Not looked up yet"),
    "own": gettext_lazy("Made here"),
    "retired": gettext_lazy("Not begun any more"),
}
LISTS = {"all": gettext_lazy("All kinds"), **KINDS}


@access("content_review", "R")
@require_safe
def listing(request: Request) -> HttpResponse:
    """Every version of every item, those whose review is overdue first."""
    today = local_day(request, clock.now())
    kind = request.GET.get("kind", "protocols")
    kind = kind if kind in LISTS else "protocols"
    show = request.GET.get("show", "")
    show = show if show in SHOW else ""
    every = [each for name in FOLDERS for each in _all(name)]
    rows = [each for each in every if kind in ("all", each.kind) and _is_shown(each, show, today)]
    rows.sort(key=lambda each: not each.is_stale(today))
    shown, paging = further(request, rows)
    return render(
        request,
        "office/content/list.html",
        {
            "rows": [_row(each, today) for each in shown],
            "count": len(rows),
            "paging": paging,
            "filters": [
                _filter("kind", _("Kind"), LISTS, kind),
                _filter("show", _("Which"), SHOW, show),
            ],
            "counts": _counts(every, today),
            "sees_drafts": policy.may_open(request.reader, "content_draft", "R"),
        },
    )


def _all(kind: str) -> tuple[Standing, ...]:
    return standings(catalogue.current(), kind, get_language() or "en")


def _is_shown(each: Standing, show: str, today: date) -> bool:
    return {
        "": True,
        "stale": each.is_stale(today),
        "due": each.is_due(today, today + timedelta(days=DUE_DAYS)),
        "unverified": bool(each.unverified),
        "own": each.origin == "own",
        "retired": each.retired is not None,
    }[show]


def _counts(every: list[Standing], today: date) -> list[dict[str, Any]]:
    return [
        {
            "number": sum(_is_shown(each, show, today) for each in every),
            "label": SHOW[show],
            "url": f"{reverse('office:content')}?kind=all&show={show}",
        }
        for show in ("stale", "due", "unverified")
    ]


def _filter(name: str, label: str, choices: Any, chosen: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "options": [
            {"value": value, "label": words, "selected": value == chosen}
            for value, words in choices.items()
        ],
    }


def _row(each: Standing, today: date) -> dict[str, Any]:
    tag, kind, icon = tag_of(each, today)
    words = [
        _("version %(number)s") % {"number": each.ref.rpartition("@")[2]},
        str(ORIGINS[each.origin]),
        reviewed_words(each),
        _("next review %(day)s") % {"day": short_day(each.next_review)} if each.next_review else "",
    ]
    return {
        "title": each.name,
        "url": item_url(each.kind, each.ref),
        "icon": "file-text",
        "text": " · ".join(word for word in words if word),
        "tag": tag,
        "tag_kind": kind,
        "tag_icon": icon,
    }


def item_url(kind: str, ref: str) -> str:
    """The page of one version of one item."""
    return reverse("office:content-item", args=[kind, ref])


def reviewed_words(each: Standing) -> str:
    """Who reviewed it and when; or that it was checked before it came here."""
    if each.review is not None:
        return _("reviewed by %(who)s on %(day)s") % {
            "who": each.review.reviewed_by,
            "day": short_day(each.review.on),
        }
    if each.checked is not None:
        return _("checked on %(day)s, by nobody here yet") % {"day": short_day(each.checked)}
    return _("reviewed by nobody here yet")


def tag_of(each: Standing, today: date) -> tuple[str, str, str]:
    """The word that matters most about an item, its colour and icon."""
    if each.retired is not None:
        return _("not begun any more"), "", "lock"
    if each.is_stale(today):
        return _("review overdue"), "lamp", "calendar-clock"
    if each.unverified:
        return _("partly not looked up"), "lamp", "circle-help"
    if not each.is_newest:
        return _("an older version"), "", ""
    return "", "", ""


@access("content_review", "R")
@require_safe
def item(request: Request, kind: str, ref: str) -> HttpResponse:
    """One version of one item, readable, with where it stands."""
    cat, today = catalogue.current(), local_day(request, clock.now())
    if kind not in KINDS or ref not in cat.shelves.get(kind, {}):
        raise Http404
    found = standing(cat, kind, ref, get_language() or "en")
    return render(
        request,
        "office/content/item.html",
        {
            "it": found,
            "kind": KINDS[kind],
            "facts": facts_of(found),
            "stale": found.is_stale(today),
            "due": day_words(found.next_review),
            "unverified": list(dict.fromkeys(part_words(part) for part in found.unverified)),
            "sections": content_shown.sections(cat, kind, ref),
            "versions": _versions(cat, kind, ref),
            "acts": _acts(request, found),
        },
    )


def _acts(request: Request, it: Standing) -> list[dict[str, str]]:
    acts = []
    if it.kind in authoring.KINDS:
        if policy.may_open(request.reader, "content_draft", "C"):
            url = f"{reverse('office:draft-new')}?from={it.kind}/{it.ref}"
            acts.append({"url": url, "label": _("Write a version")})
        if _has_others(it):
            url = reverse("office:content-versions", args=[it.kind, it.ref])
            acts.append({"url": url, "label": _("Compare versions")})
        url = reverse("office:content-export", args=[it.kind, it.ref])
        acts.append({"url": url, "label": _("Save as one file")})
        url = reverse("office:content-fhir", args=[it.kind, it.ref])
        acts.append({"url": url, "label": _("Save as FHIR")})
    if policy.may_open(request.reader, "content_review", "C"):
        url = reverse("office:content-review", args=[it.kind, it.ref])
        acts.append({"url": url, "label": _("Review it")})
    can_retire = it.kind in RETIRABLE and it.retired is None
    if can_retire and policy.may_open(request.reader, "content_version", "C"):
        url = reverse("office:content-retire", args=[it.kind, it.ref])
        label = _("Ask it no more") if it.kind == "instruments" else _("Begin it no more")
        acts.append({"url": url, "label": label})
    return acts


def _has_others(it: Standing) -> bool:
    id = it.ref.rpartition("@")[0]
    shelf = catalogue.current().shelves[it.kind]
    return sum(name.rpartition("@")[0] == id for name in shelf) > 1


def facts_of(it: Standing) -> list[dict[str, str]]:
    """Version, source, reviewer, day and next review, as terms and texts."""
    facts = [
        (_("Version"), it.ref.rpartition("@")[2]),
        (_("Where from"), str(ORIGINS[it.origin]).capitalize()),
        (_("Checked against its sources"), short_day(it.checked)),
        (_("Reviewed here"), _reviewed(it)),
        (_("Reviewed against"), "; ".join(it.review.sources) if it.review is not None else ""),
        (_("Next review"), short_day(it.next_review)),
        (_("Not begun any more"), _retired(it)),
    ]
    return [{"term": term, "text": text} for term, text in facts if text]


def _reviewed(it: Standing) -> str:
    if it.review is None:
        return _("By nobody yet")
    return f"{it.review.reviewed_by}, {short_day(it.review.on)}"


def _retired(it: Standing) -> str:
    if it.retired is None:
        return ""
    return f"{it.retired.retired_by}, {short_day(it.retired.on)}: {it.retired.why}"


def _versions(cat: Any, kind: str, ref: str) -> list[dict[str, Any]]:
    id = ref.rpartition("@")[0]
    names = [name for name in cat.shelves[kind] if name.rpartition("@")[0] == id]
    names.sort(key=lambda name: int(name.rpartition("@")[2]), reverse=True)
    return [
        {
            "url": item_url(kind, name),
            "label": _("Version %(number)s") % {"number": name.rpartition("@")[2]},
            "current": name == ref,
        }
        for name in names
    ]

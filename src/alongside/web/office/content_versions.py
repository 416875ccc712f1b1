"""Two published versions of a protocol or a measure: what changed, in words and in the files."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.catalogue import authoring
from alongside.catalogue.standing import standing
from alongside.engine.instruments import versions as of_instruments
from alongside.engine.protocols import versions as of_protocols
from alongside.web.office.content import KINDS, item_url
from alongside.web.office.content_compare import compared
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request
from alongside.web.parts.version_words import instrument_sections, sections

OTHER_POINTS = gettext_lazy(
    "The same answers can give other points by the two versions. Scores of one are not held "
    "against scores of the other."
)
AGREED_AGAIN = gettext_lazy(
    "A course that is moved to the later version is another plan: whoever agreed to it is asked "
    "again."
)


@access("content_review", "R")
@require_safe
def compare(request: Request, kind: str, ref: str) -> HttpResponse:
    """One version beside another of the same item: ``?with=`` names it, the one before by default.

    The earlier one always stands on the left.
    """
    cat = catalogue.current()
    if kind not in authoring.KINDS or ref not in cat.shelves.get(kind, {}):
        raise Http404
    others = [one for one in numbered(cat, kind, ref) if one != ref]
    chosen = request.GET.get("with", "")
    if chosen not in others:
        chosen = _before(ref, others) if others else ref
    before, after = sorted((ref, chosen), key=_number)
    shelf = cat.shelves[kind]
    if kind == "protocols":
        found = of_protocols.differences(
            shelf[before],
            shelf[after],
            cat.gates,
            forms_before=cat.artefacts_of(before),
            forms_after=cat.artefacts_of(after),
        )
        parts = sections(shelf[before], shelf[after], found)
        notes = [AGREED_AGAIN] if of_protocols.asks_again(found) else []
    else:
        words = (cat.wordings.get(before, {}), cat.wordings.get(after, {}))
        found = of_instruments.differences(shelf[before], shelf[after], *words)
        parts = instrument_sections(*words, found)
        notes = [OTHER_POINTS] if of_instruments.scores_differ(found) else []
    return render(
        request,
        "office/content/versions.html",
        {
            "it": standing(cat, kind, ref, get_language() or "en"),
            "before": _label(before),
            "after": _label(after),
            "sections": parts,
            "notes": notes,
            "is_alone": not others,
            "files": compared(_files(kind, before), _files(kind, after)),
            "filters": [
                {
                    "name": "with",
                    "label": _("Beside"),
                    "options": [
                        {"value": one, "label": _label(one), "selected": one == chosen}
                        for one in others
                    ],
                }
            ],
            "crumbs": [
                {"url": reverse("office:content"), "label": _("Content")},
                {"url": item_url(kind, ref), "label": f"{shelf[ref].name} · {_number(ref)}"},
                {"label": _("What changed")},
            ],
            "kind": KINDS[kind],
        },
    )


def numbered(cat: catalogue.Catalogue, kind: str, ref: str) -> list[str]:
    """Every version of an item that is here, the newest first."""
    id = ref.rpartition("@")[0]
    names = [name for name in cat.shelves[kind] if name.rpartition("@")[0] == id]
    return sorted(names, key=_number, reverse=True)


def _number(ref: str) -> int:
    return int(ref.rpartition("@")[2])


def _before(ref: str, others: list[str]) -> str:
    """The version before this one, else the one after it."""
    lower = [one for one in others if _number(one) < _number(ref)]
    return lower[0] if lower else others[-1]


def _label(ref: str) -> str:
    return _("Version %(number)s") % {"number": _number(ref)}


def _files(kind: str, ref: str) -> dict[str, str]:
    try:
        return authoring.files_of(kind, ref)
    except KeyError:  # taken away from the disk since the catalogue was read
        return {}

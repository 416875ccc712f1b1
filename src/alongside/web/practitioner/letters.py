"""Letters and reports of a case: begun from the record, edited, previewed, signed, given, kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside.delivery import clinical_letters as letters
from alongside.delivery.rules import LONGEST_PART, parts_of
from alongside.engine import letters as engine
from alongside.engine.letters import Kind
from alongside.insights.letter_facts import letter_facts
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.records.fields import prepare
from alongside.web.parts import letters as parts
from alongside.web.parts.access import access
from alongside.web.parts.content_words import stale
from alongside.web.parts.forms import Form, Text, offer
from alongside.web.parts.letters import in_language
from alongside.web.parts.pages import (
    Request,
    further,
    local_day,
    moment_words,
    saved,
    say,
    seen_by_whom,
    short_day,
    two_texts,
)
from alongside.web.parts.ways import course_name
from alongside.web.practitioner.base import BASE, case_or_404, case_page
from alongside.web.practitioner.delivery_forms import Day
from alongside.web.practitioner.forms import Versioned

LANGUAGES = settings.LANGUAGES
HOW: Mapping[str, Any] = {
    "own_page": gettext_lazy("On their own page, from now on"),
    "by_hand": gettext_lazy("By hand"),
    "post": gettext_lazy("By post"),
    "secure_mail": gettext_lazy("By a secure mail of the service"),
    "other": gettext_lazy("Another way"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A letter that can be begun: what, about whom, and by whose leave."""

    kind: Kind
    course: Any
    about: Any
    way: str
    consent: Any = None

    @property
    def key(self) -> str:
        release = self.consent.pk if self.consent is not None else ""
        return f"{self.kind.ref.id}:{self.course.pk}:{self.about.pk}:{release}"

    @property
    def label(self) -> str:
        to = self.consent.to_whom if self.consent is not None else self.about.name
        return _("%(title)s, to %(to)s (%(way)s)") % {
            "title": in_language(self.kind.title),
            "to": to,
            "way": self.way,
        }


class Begin(Form):
    """Which letter, in which language."""

    which = forms.ChoiceField(label=gettext_lazy("Which letter"), widget=forms.RadioSelect)
    language = forms.ChoiceField(
        label=gettext_lazy("In which language"), choices=LANGUAGES, widget=forms.RadioSelect
    )


class Write(Versioned):
    """The parts of a letter."""

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in kind.parts:
            label = in_language(part.title)
            self.fields[f"part_{part.id}"] = Text(
                label=label if part.required else _("%(part)s (if there is any)") % {"part": label},
                help_text=in_language(part.hint) if part.hint else "",
                required=False,
                lines=4,
                max_length=LONGEST_PART,
            )

    def written(self) -> dict[str, str]:
        """By part id."""
        rows = self.cleaned_data.items()
        return {name[5:]: text for name, text in rows if name.startswith("part_")}


class Give(Form):
    """How and when a letter was given."""

    how = forms.ChoiceField(label=gettext_lazy("How it was given"), widget=forms.RadioSelect)
    day = Day(label=gettext_lazy("On which day"))

    def __init__(self, *args: Any, has_a_page: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "how", [one for one in HOW.items() if has_a_page or one[0] != "own_page"])


class Again(Form):
    """Why there is another version."""

    because = Text(label=gettext_lazy("Why it is written again"), lines=2, max_length=1000)


# -- the list --------------------------------------------------------------------------------------


@access("clinical_letter", "R")
@require_safe
def listing(request: Request, pk: UUID) -> HttpResponse:
    """The letters of a case, and what can be begun."""
    return _list_page(request, case_or_404(request, pk))


@access("clinical_letter", "C")
@require_POST
def begin(request: Request, pk: UUID) -> HttpResponse:
    """Begin a letter with what the record says that its recipient may see."""
    case = case_or_404(request, pk)
    at = clock.now()
    choices = {one.key: one for one in _choices(request, case, at)}
    form = Begin(request.POST)
    offer(form, "which", [(key, one.label) for key, one in choices.items()])
    if form.is_valid():
        chosen, language = choices[form.cleaned_data["which"]], form.cleaned_data["language"]
        try:
            letter = letters.begin_letter(
                course=chosen.course,
                kind=chosen.kind.ref.id,
                about=chosen.about,
                consent=chosen.consent,
                language=language,
                parts=_drafted(request, chosen, language, at),
                by=request.reader,
                at=at,
            )
        except Refused as why:
            form.add_error(None, refusal(why))
        else:
            saved(request, at)
            return redirect("practitioner:letter", pk=letter.pk)
    return _list_page(request, case, form)


def _list_page(request: Request, case: Any, form: Begin | None = None) -> HttpResponse:
    reader, at = request.reader, clock.now()
    rows, paging = further(request, letters.letters(seen_by=reader).filter(circle=case.circle))
    prepare([row.about for row in rows], "name")
    may = reader.may_make("clinical_letter", institution=case.institution_id, circle=case.circle_id)
    choices = list(_choices(request, case, at)) if may else []
    if form is None:
        form = Begin(initial={"language": (get_language() or "en").partition("-")[0]})
        offer(form, "which", [(one.key, one.label) for one in choices])
    return case_page(
        request,
        "practitioner/letter/list.html",
        case,
        tab="letters",
        head=False,
        status=400 if form.errors else 200,
        letters=[_row(request, row) for row in rows],
        paging=paging,
        form=form if choices else None,
        may=may,
        consent_url=reverse("practitioner:case-consent", args=[case.pk]),
        seen=seen_by_whom(request, "clinical_letter", case.circle_id),
    )


def _choices(request: Request, case: Any, at: datetime) -> Iterator[Choice]:
    """Every letter that can be begun now: for a referrer one for each live release."""
    rows = list(
        plans.courses(seen_by=request.reader)
        .filter(circle=case.circle, started_at__isnull=False)
        .order_by("-started_at", "pk")
    )
    for course in rows:
        way = course_name(course, rows)
        for about in plans.treated_by(course):
            if about.pk == case.circle.focus_id and case.disclosed_at is None:
                continue
            for kind in letters.kinds():
                if not kind.consent:
                    yield Choice(kind, course, about, way)
                    continue
                for release in letters.releases(
                    kind=kind, course=course, about=about, seen_by=request.reader, at=at
                ):
                    yield Choice(kind, course, about, way, release)


def _drafted(request: Request, chosen: Choice, language: str, at: datetime) -> dict[str, str]:
    with translation.override(language):
        facts = letter_facts(
            kind=chosen.kind,
            course=chosen.course,
            about=chosen.about,
            to=chosen.consent.to_whom if chosen.consent is not None else chosen.about.name,
            seen_by=request.reader,
            at=at,
            language=language,
            day=short_day,
        )
    return {part.id: part.text for part in engine.draft(chosen.kind, facts, language)}


def _row(request: Request, letter: Any) -> dict[str, Any]:
    title = in_language(letters.kind_of(letter).title)
    if letter.number > 1:
        title = _("%(title)s, version %(number)s") % {"title": title, "number": letter.number}
    signed = letter.signed_at is not None
    return {
        "title": title,
        "url": reverse("practitioner:letter", args=[letter.pk]),
        "text": _("To %(to)s · by %(name)s")
        % {"to": letter.to_whom, "name": letter.written_by.name},
        "icon": "mail-open" if signed else "file-text",
        "when": moment_words(request, letter.signed_at or letter.changed_at),
        "iso": (letter.signed_at or letter.changed_at).isoformat(),
        "tag": _("Signed") if signed else _("Draft, not signed"),
        "tag_kind": "moss" if signed else "lamp",
    }


# -- one letter ------------------------------------------------------------------------------------


@access("clinical_letter", "R")
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: Request, pk: UUID) -> HttpResponse:
    """A letter: its draft to its author; signed, what it says and who got it."""
    found = _or_404(request, pk)
    if request.method != "POST":
        return _page(request, found)
    form, at = Write(request.POST, kind=letters.kind_of(found)), clock.now()
    if not form.is_valid():
        return _page(request, found, form=form)
    try:
        found = letters.write_letter(
            letter=found,
            parts=form.written(),
            expected=form.cleaned_data["version"],
            by=request.reader,
            at=at,
        )
    except StaleVersion as stale:
        return _two(request, stale.current, form)
    except letters.AlreadySigned:
        return _page(request, found, typed=form)
    if request.POST.get("do") != "sign":
        saved(request, at)
        return redirect("practitioner:letter", pk=pk)
    try:
        letters.sign_letter(letter=found, expected=found.version, by=request.reader, at=at)
    except Refused as why:
        form = Write(_with_version(request, found.version), kind=letters.kind_of(found))
        form.is_valid()
        form.add_error(None, refusal(why))
        for part in why.missing if isinstance(why, letters.Blank) else ():
            form.add_error(f"part_{part.id}", _("Blank: write a line."))
        return _page(request, found, form=form)
    say(request, _("Signed. It stays as it is; now it can be given."))
    return redirect("practitioner:letter", pk=pk)


@access("clinical_letter", "R")
@require_safe
def preview(request: Request, pk: UUID) -> HttpResponse:
    """The letter as its recipient reads it."""
    found = _or_404(request, pk)
    return case_page(
        request,
        "practitioner/letter/preview.html",
        case_or_404(request, found.course.plan.case_id),
        tab="letters",
        head=False,
        letter=parts.shown(request, found),
        back=reverse("practitioner:letter", args=[found.pk]),
    )


@access("clinical_letter", "X")
@require_safe
def pdf(request: Request, pk: UUID) -> HttpResponse:
    """A signed letter as a file."""
    found = _or_404(request, pk)
    if found.signed_at is None or not request.reader.may("X", found):
        raise Http404
    return parts.pdf(request, found, base=BASE)


@access("clinical_letter", "C")
@require_POST
def give(request: Request, pk: UUID) -> HttpResponse:
    """Write down that it was given: to whom, how, when."""
    found = _or_404(request, pk)
    form, at = _give_form(request, found, request.POST), clock.now()
    if form.is_valid():
        try:
            letters.give_letter(
                letter=found,
                how=form.cleaned_data["how"],
                given_at=_moment(found, form.cleaned_data, at),
                by=request.reader,
                at=at,
            )
        except letters.WrongWay as why:
            form.add_error(why.field, refusal(why))
        except Refused as why:
            form.add_error(None, refusal(why))
        else:
            saved(request, at)
            return redirect("practitioner:letter", pk=pk)
    return _page(request, found, give_form=form)


@access("clinical_letter", "C")
@require_POST
def again(request: Request, pk: UUID) -> HttpResponse:
    """Begin another version; the signed one stays."""
    found = _or_404(request, pk)
    form, at = Again(request.POST, auto_id="again_%s"), clock.now()
    if form.is_valid():
        try:
            version = letters.begin_version(
                letter=found, because=form.cleaned_data["because"], by=request.reader, at=at
            )
        except StaleVersion as stale:
            say(request, _("There is a newer version already. Here it is."))
            return redirect("practitioner:letter", pk=stale.current.pk)
        except Refused as why:
            form.add_error(None, refusal(why))
        else:
            saved(request, at)
            return redirect("practitioner:letter", pk=version.pk)
    return _page(request, found, again_form=form)


def _or_404(request: Request, pk: UUID) -> Any:
    return get_object_or_404(letters.letters(seen_by=request.reader), pk=pk)


def _moment(found: Any, given: Mapping[str, Any], at: datetime) -> datetime:
    """Noon of the day that was named; now, when that is today."""
    zone = ZoneInfo(found.institution.zone)
    if given["how"] == "own_page" or given["day"] == at.astimezone(zone).date():
        return at
    noon = datetime.combine(given["day"], datetime.min.time(), zone).replace(hour=12)
    return max(noon, found.signed_at) if noon.date() == _signed_on(found, zone) else noon


def _signed_on(found: Any, zone: ZoneInfo) -> Any:
    return found.signed_at.astimezone(zone).date()


def _page(
    request: Request,
    found: Any,
    *,
    form: Write | None = None,
    give_form: Give | None = None,
    again_form: Again | None = None,
    typed: Write | None = None,
) -> HttpResponse:
    """The page of a letter; ``typed``: what was sent when it had been signed meanwhile (409)."""
    reader, kind = request.reader, letters.kind_of(found)
    case = case_or_404(request, found.course.plan.case_id)
    is_mine = found.signed_at is None and reader.may("E", found)
    may = reader.may_make(
        "clinical_letter", institution=found.institution_id, circle=found.circle_id
    )
    newest = not letters.letters(seen_by=reader).filter(
        letter=found.letter, number__gt=found.number
    )
    shown = next((one for one in (form, give_form, again_form) if one is not None), None)
    return case_page(
        request,
        "practitioner/letter/letter.html",
        case,
        tab="letters",
        title=in_language(kind.title),
        head=False,
        status=HTTPStatus.CONFLICT if typed else 400 if shown and shown.errors else 200,
        typed=[
            {"label": in_language(part.title), "text": typed.written()[part.id]}
            for part in kind.parts
            if typed is not None and typed.written()[part.id].strip()
        ],
        letter=found,
        name=in_language(kind.title),
        facts=_facts(request, found, kind),
        unverified=kind.unverified,
        stale=stale("letters", str(kind.ref), local_day(request, clock.now())),
        write_form=(form or _write_form(found, kind)) if is_mine else None,
        read=parts.shown(request, found) if not is_mine else None,
        given=[
            {
                "to": row.to_whom,
                "how": HOW.get(row.how, row.how),
                "when": short_day(local_day(request, row.given_at)),
                "by": row.written_by.name,
            }
            for row in letters.given(seen_by=reader, letter=found)
        ],
        give_form=(give_form or _give_form(request, found)) if found.signed_at and may else None,
        again_form=(again_form or Again(auto_id="again_%s"))
        if found.signed_at and may and newest
        else None,
        may_keep=found.signed_at is not None and reader.may("X", found),
        seen=seen_by_whom(request, "clinical_letter", found.circle_id),
        form=shown,
    )


def _facts(request: Request, found: Any, kind: Kind) -> list[dict[str, str]]:
    rows = [
        (_("To"), found.to_whom),
        (_("About"), found.about.name),
        (_("By leave of"), _release(request, found, kind)),
        (_("Written by"), found.written_by.name),
        (_("Language"), dict(LANGUAGES).get(found.language, found.language)),
        (_("Version"), str(found.number)),
        (_("Why another"), found.because),
        (_("Signed"), moment_words(request, found.signed_at) if found.signed_at else ""),
        (
            _("Form"),
            _("%(title)s, version %(version)s")
            % {"title": in_language(kind.title), "version": kind.ref.version},
        ),
    ]
    return [{"term": term, "text": text} for term, text in rows if text]


def _release(request: Request, found: Any, kind: Kind) -> str:
    """Whose consent lets it go to somebody else; and that it does so no more."""
    if found.consent is None:
        return ""
    facts = {"name": found.about.name, "day": short_day(found.consent.expires_on)}
    live = letters.releases(
        kind=kind, course=found.course, about=found.about, seen_by=request.reader, at=clock.now()
    )
    if found.consent.pk in {row.pk for row in live}:
        return _("%(name)s’s consent, until %(day)s") % facts
    return _("%(name)s’s consent, which has ended: ask again before it is given") % facts


def _write_form(found: Any, kind: Kind) -> Write:
    texts = {f"part_{part}": text for part, text in parts_of(found.parts).items()}
    return Write(kind=kind, initial={"version": found.version, **texts})


def _give_form(request: Request, found: Any, data: Any = None) -> Give:
    today = clock.now().astimezone(ZoneInfo(found.institution.zone)).date()
    has_a_page = letters.has_a_page(found, request.reader)
    return Give(data, auto_id="give_%s", has_a_page=has_a_page, initial={"day": today})


def _with_version(request: Request, version: int) -> Any:
    typed = request.POST.copy()
    typed["version"] = str(version)
    return typed


def _two(request: Request, current: Any, form: Write) -> HttpResponse:
    if current.signed_at is not None:
        return _page(request, _or_404(request, current.pk), typed=form)
    mine, theirs = form.written(), parts_of(current.parts)
    return two_texts(
        request,
        base=BASE,
        pairs=[
            (f"part_{part.id}", in_language(part.title), mine[part.id], theirs.get(part.id, ""))
            for part in letters.kind_of(current).parts
        ],
        version=current.version,
        keep_url=reverse("practitioner:letter", args=[current.pk]),
        at=current.changed_at,
        by_myself=True,
    )


def refusal(why: Refused) -> str:
    """Why it is not so, in words."""
    words: Mapping[type[Refused], Any] = {
        letters.Blank: gettext_lazy("Saved, and not signed yet. Something is still blank."),
        letters.NoConsent: gettext_lazy(
            "There is no live consent that names who is told. Nothing is given without it."
        ),
        letters.NotTold: gettext_lazy("The person has not been told yet: nothing is written."),
        letters.NotSigned: gettext_lazy("It is not signed yet."),
        letters.WrongWay: gettext_lazy("Between the day it was signed and today."),
    }
    return str(words.get(type(why), _("It was changed meanwhile. Here it is as it stands.")))

"""Drafts of content: begun from a copy, written as files, tried, compared, looked at, published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.access import policy
from alongside.access import queries as accounts
from alongside.catalogue import authoring
from alongside.directory import content as fit
from alongside.directory import drafts as actions
from alongside.directory import queries
from alongside.records import clock
from alongside.records.errors import Held, StaleVersion
from alongside.web.office.content import KINDS, item_url
from alongside.web.office.content_acts import USUAL, ReviewForm, add_refusal
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text, offer
from alongside.web.parts.pages import (
    Request,
    further,
    local_day,
    moment_words,
    number_in,
    saved,
    short_day,
    two_texts,
)

BASE = "parts/base_office.html"
STATES = {
    "open": (gettext_lazy("being written"), "pen", "pencil"),
    "asked": (gettext_lazy("waits for a second person"), "lamp", "eye"),
    "passed": (gettext_lazy("reviewed, not published yet"), "lamp", "badge-check"),
    "published": (gettext_lazy("published"), "moss", "check"),
    "left": (gettext_lazy("left"), "", ""),
}
GRADES = {
    "error": gettext_lazy("mistake"),
    "warning": gettext_lazy("to be minded"),
    "info": gettext_lazy("good to know"),
}


class Begin(Form):
    """From what a draft begins, and what it becomes."""

    start = forms.ChoiceField(label=gettext_lazy("Begin from a copy of"))
    item = Text(
        label=gettext_lazy("A name of its own, if it becomes something new"),
        help_text=gettext_lazy(
            "Small letters a to z, figures and _, such as act_for_pain. Leave it open to make a "
            "new version of the one above."
        ),
        required=False,
        max_length=60,
    )


class FileForm(Form):
    """One file as text."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    text = Text(
        label=gettext_lazy("The file"),
        required=False,
        max_length=authoring.MOST_LETTERS,
        widget=forms.Textarea(
            attrs={"rows": "30", "class": "w-full source", "spellcheck": "false", "wrap": "off"}
        ),
    )


class DraftReviewForm(ReviewForm):
    """What a second person says of a draft."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    passed = forms.ChoiceField(
        label=gettext_lazy("What you say"),
        choices=[
            ("yes", gettext_lazy("It can be published as it stands")),
            ("no", gettext_lazy("It goes back to whoever wrote it")),
        ],
        widget=forms.RadioSelect,
    )
    field_order = ("version", "passed", "sources", "review_by", "words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.data.get("passed") == "no":
            self.fields["sources"].required = self.fields["review_by"].required = False


# -- the list, and a new one ---------------------------------------------------------------------


@access("content_draft", "R")
@require_safe
def listing(request: Request) -> HttpResponse:
    """Every draft, the last changed first."""
    rows, paging = further(request, queries.drafts(seen_by=request.reader))
    return render(
        request,
        "office/content/drafts.html",
        {
            "rows": [_row(request, each) for each in rows],
            "paging": paging,
            "may_add": policy.may_open(request.reader, "content_draft", "C"),
        },
    )


def _row(request: Request, draft: Any) -> dict[str, Any]:
    tag, kind, icon = STATES[draft.state]
    return {
        "title": f"{name_of(draft)} · {draft.ref}",
        "url": reverse("office:draft", args=[draft.pk]),
        "icon": "pencil",
        "text": " · ".join(
            (str(KINDS[draft.kind]), _("changed %(when)s") % {"when": _when(request, draft)})
        ),
        "tag": tag,
        "tag_kind": kind,
        "tag_icon": icon,
    }


def _when(request: Request, draft: Any) -> str:
    return moment_words(request, draft.changed_at)


def name_of(draft: Any) -> str:
    """What a draft is called in its own words, or its id."""
    files = (f"wording.{get_language() or 'en'}.yaml", "wording.en.yaml", "instrument.yaml")
    for name in files:
        for line in str(draft.files.get(name, "")).splitlines()[:40]:
            if line.startswith("name:"):
                return line.removeprefix("name:").strip().strip("\"'") or str(draft.item)
    return str(draft.item)


@access("content_draft", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: Request) -> HttpResponse:
    """A new draft from a copy."""
    form = Begin(
        request.POST if request.method == "POST" else None,
        initial={"start": request.GET.get("from", "")},
    )
    offer(form, "start", _starts())
    if form.is_valid():
        kind, _slash, ref = form.cleaned_data["start"].partition("/")
        item = form.cleaned_data["item"].strip() or ref.rpartition("@")[0]
        try:
            draft = actions.make_draft(
                institution=accounts.institution_of(request.reader),
                kind=kind,
                item=item,
                files=authoring.copied(kind, ref, item) if authoring.is_id(item) else {},
                based_on=ref,
                by=request.reader,
                at=clock.now(),
            )
        except fit.ContentMakesNoSense as why:
            add_refusal(form, why)
        else:
            return redirect("office:draft", pk=draft.pk)
    return _form_page(request, form, _("Write a version"), _("Begin"), reverse("office:drafts"))


def _starts() -> list[tuple[str, str]]:
    cat = catalogue.current()
    found = [
        (f"{kind}/{ref}", f"{KINDS[kind]}: {cat.shelves[kind][ref].name} ({ref})")
        for kind in authoring.KINDS
        for ref in cat.shelves[kind]
    ]
    return sorted(found, key=lambda pair: pair[1].casefold())


# -- one draft -----------------------------------------------------------------------------------


def draft_or_404(request: Request, pk: UUID) -> Any:
    return get_object_or_404(queries.drafts(seen_by=request.reader), pk=pk)


def trial_of(request: Request, draft: Any, files: Any = None) -> authoring.Trial:
    today = local_day(request, clock.now())
    given = draft.files if files is None else files
    return authoring.tried(draft.kind, draft.item, draft.number, given, today=today)


@access("content_draft", "R")
@require_safe
def one(request: Request, pk: UUID) -> HttpResponse:
    """One draft: its files with their mistakes, what was said of it, what comes next."""
    return _overview(request, draft_or_404(request, pk))


def _overview(
    request: Request, draft: Any, *, refused: str = "", status: int = 200
) -> HttpResponse:
    is_open = draft.state in actions.OPEN
    problems = trial_of(request, draft).problems if is_open else ()
    tag, kind, icon = STATES[draft.state]
    said = queries.content_reviews(seen_by=request.reader, draft=draft.pk)
    may_edit = is_open and request.reader.may("E", draft)
    return render(
        request,
        "office/content/draft.html",
        {
            "draft": draft,
            "name": name_of(draft),
            "kind": KINDS[draft.kind],
            "state": {"text": tag, "kind": kind, "icon": icon},
            "files": [_file_row(draft, name, problems, may_edit) for name in draft.files],
            "loose": [
                problem_row(each, draft.files) for each in problems if each.file not in draft.files
            ],
            "errors": sum(each.grade == "error" for each in problems),
            "may_edit": may_edit,
            "may_review": draft.state == "asked" and not _is_writer(request, draft) and may_edit,
            "may_publish": policy.may_open(request.reader, "content_version", "C"),
            "names": _free_names(draft),
            "taken": _taken(draft) if is_open else 0,
            "reviews": [_said(each) for each in said],
            "item_url": item_url(draft.kind, draft.ref) if draft.state == "published" else "",
            "refused": refused,
        },
        status=status,
    )


def _is_writer(request: Request, draft: Any) -> bool:
    return str(request.reader.account_id) in draft.writers


def _taken(draft: Any) -> int:
    free = authoring.next_number(draft.kind, draft.item)
    return free if free != draft.number else 0


def _free_names(draft: Any) -> list[str]:
    usual = ["SOURCE.md", "examples.yaml", "wording.es.yaml"]
    if draft.kind == "protocols":
        usual = ["sources.yaml", "offers.yaml", "artefacts/….yaml", *usual]
    return [name for name in usual if name not in draft.files]


def _file_row(draft: Any, name: str, problems: Any, may_edit: bool) -> dict[str, Any]:
    errors = [each for each in problems if each.file == name and each.grade == "error"]
    mind = [each for each in problems if each.file == name and each.grade == "warning"]
    words = ngettext("%(number)s mistake", "%(number)s mistakes", len(errors))
    return {
        "title": name,
        "url": reverse("office:draft-file", args=[draft.pk, name]) if may_edit else "",
        "text": "",
        "tag": words % {"number": len(errors)} if errors else _("to be minded") if mind else "",
        "tag_kind": "lamp",
        "tag_icon": "triangle-alert" if errors else "info",
    }


def problem_row(each: Any, files: Any) -> dict[str, Any]:
    lines = str(files.get(each.file, "")).splitlines()
    line = lines[each.line - 1] if 0 < each.line <= len(lines) else ""
    place = (
        _("%(file)s, line %(line)s, column %(column)s")
        % {"file": each.file, "line": each.line, "column": each.column}
        if each.line
        else each.file or _("the whole")
    )
    return {
        "place": place,
        "text": each.message,
        "quote": line[:200],
        "grade": each.grade,
        "tag": GRADES[each.grade],
        "tag_kind": "lamp" if each.grade == "error" else "",
    }


def _said(each: Any) -> dict[str, Any]:
    what = _("It can be published") if each.passed else _("It went back")
    words = " · ".join(filter(None, (each.words, "; ".join(each.sources.splitlines()))))
    return {
        "title": f"{each.reviewer_name}, {short_day(each.reviewed_at)}: {what}",
        "text": words,
    }


@access("content_draft", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: Request, pk: UUID, name: str) -> HttpResponse:
    """One file of a draft as text, with every mistake and where it stands."""
    draft = draft_or_404(request, pk)
    if not authoring.is_file_name(draft.kind, name) or draft.state not in actions.OPEN:
        raise Http404
    held = draft.files.get(name, "")
    form = FileForm(
        request.POST if request.method == "POST" else None,
        initial={"text": held, "version": draft.version},
    )
    if form.is_valid() and "check" not in request.POST:
        given, at = form.cleaned_data, clock.now()
        try:
            actions.save_files(
                draft=draft,
                texts={name: given["text"]},
                expected=given["version"] or draft.version,
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return _both(request, stale.current, name, given["text"])
        except fit.ContentMakesNoSense as why:
            add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("office:draft-file", pk=draft.pk, name=name)
    typed = form.data.get("text", held) if form.is_bound else held
    return _file_page(request, draft, name, form, typed)


def _file_page(request: Request, draft: Any, name: str, form: Any, typed: str) -> HttpResponse:
    files = {**draft.files, name: typed.replace("\r\n", "\n")}
    trial = trial_of(request, draft, files)
    return render(
        request,
        "office/content/file.html",
        {
            "draft": draft,
            "name": name,
            "title": name_of(draft),
            "form": form,
            "problems": [problem_row(each, files) for each in trial.of(name)],
            "elsewhere": sum(each.file != name for each in trial.errors),
            "files": [
                {
                    "url": reverse("office:draft-file", args=[draft.pk, each]),
                    "label": each,
                    "current": each == name,
                }
                for each in draft.files
            ],
        },
        status=400 if form.errors else 200,
    )


def _both(request: Request, current: Any, name: str, typed: str) -> HttpResponse:
    """Somebody was quicker: both texts, nothing overwritten."""
    return two_texts(
        request,
        base=BASE,
        pairs=[("text", name, typed, current.files.get(name, ""))],
        version=current.version,
        keep_url=request.path,
        at=current.changed_at,
    )


@access("content_draft", "E")
@require_POST
def add_file(request: Request, pk: UUID) -> HttpResponse:
    """Go to a file that is not there yet; it is there once something is saved in it."""
    draft = draft_or_404(request, pk)
    name = request.POST.get("name", "").strip()
    if not authoring.is_file_name(draft.kind, name):
        words = _("A file cannot have this name here.")
        return _overview(request, draft, refused=words, status=400)
    return redirect("office:draft-file", pk=draft.pk, name=name)


# -- asked, looked at, published -----------------------------------------------------------------


@access("content_draft", "E")
@require_POST
def move(request: Request, pk: UUID, act: str) -> HttpResponse:
    """Ask for a review, publish, take the next number, or leave it."""
    draft = draft_or_404(request, pk)
    found = {
        "ask": actions.ask_review,
        "publish": actions.publish_draft,
        "number": actions.renumber_draft,
        "leave": actions.leave_draft,
    }.get(act)
    if found is None:
        raise Http404
    at = clock.now()
    try:
        found(draft=draft, expected=number_in(request, "version"), by=request.reader, at=at)
    except StaleVersion as stale:
        words = _("Somebody changed this meanwhile. Here it is as it stands.")
        return _overview(request, stale.current, refused=words, status=409)
    except Held as why:
        return _overview(request, draft_or_404(request, pk), refused=_refusal(why), status=409)
    saved(request, at)
    return redirect("office:draft", pk=draft.pk)


def _refusal(why: Held) -> str:
    if isinstance(why, actions.HasMistakes):
        return _("It has mistakes that keep it from being used. They stand below.")
    if isinstance(why, actions.NumberIsTaken):
        return _("Another version has this number meanwhile.")
    if isinstance(why, actions.NotYours):
        return _("Somebody who wrote nothing in it reviews it.")
    return _("Nobody has reviewed it as it stands now.")


@access("content_review", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: Request, pk: UUID) -> HttpResponse:
    """A second person looks at a draft."""
    draft, at = draft_or_404(request, pk), clock.now()
    if draft.state != "asked" or _is_writer(request, draft):
        raise Http404
    form = DraftReviewForm(
        request.POST if request.method == "POST" else None,
        initial={
            "version": draft.version,
            "review_by": local_day(request, at) + timedelta(days=USUAL.days),
        },
    )
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.review_draft(
                draft=draft,
                passed=given["passed"] == "yes",
                sources=form.sources_given(),
                review_by=given["review_by"],
                words=given["words"],
                expected=given["version"] or draft.version,
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            words = _("Somebody changed this meanwhile. Here it is as it stands.")
            return _overview(request, stale.current, refused=words, status=409)
        except Held as why:
            form.add_error(None, _refusal(why))
        except fit.ContentMakesNoSense as why:
            add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("office:draft", pk=draft.pk)
    hint = _("Read it as pages, and beside the version it comes from, before you say so.")
    back = reverse("office:draft", args=[draft.pk])
    return _form_page(request, form, _("Review"), _("Save the review"), back, hint)


def _form_page(
    request: Request, form: Any, title: str, button: str, back: str, hint: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "button": button,
        "hint": hint,
        "back": back,
        "crumbs": [
            {"url": reverse("office:content"), "label": _("Content")},
            {"url": reverse("office:drafts"), "label": _("Drafts")},
            {"label": title},
        ],
    }
    status = 400 if form.errors else 200
    return render(request, "office/content/act.html", context, status=status)

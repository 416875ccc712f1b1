"""The way in: home, the first run, and what was kept of a form."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside.access import actions as access_actions
from alongside.access import first_run, kept, readers
from alongside.directory import actions as directory
from alongside.directory.queries import countries
from alongside.records import audit, clock
from alongside.web.account.forms import SetUpForm
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, saved
from alongside.web.parts.templatetags.watched import mark, watched_words


@access.own_account
@require_safe
def home(request: Request) -> HttpResponse:
    """Send people through their own door, by way of a form that was kept for them."""
    if kept.waiting(request.user, request.reader.at):
        return redirect("own:kept")
    doors = request.reader.doors()
    if doors:
        return redirect(readers.HOMES[doors[0]])
    return render(request, "account/no_door.html")


@access.own_account
@require_safe
def index(request: Request) -> HttpResponse:
    """One's own account begins with how one signs in."""
    return redirect("mfa_index")


@access.own_account
@require_http_methods(["GET", "HEAD", "POST"])
def language(request: Request) -> HttpResponse:
    """In which language one's own pages and messages come."""
    chosen, error = request.POST.get("language", ""), ""
    if request.method == "POST":
        if chosen in dict(settings.LANGUAGES):
            at = clock.now()
            access_actions.choose_language(language=chosen, by=request.reader, at=at)
            translation.activate(chosen)
            saved(request, at)
            return redirect("home")
        error = _("Choose one of these.")
    return render(
        request,
        "account/language.html",
        {
            "languages_here": [
                {"code": code, "name": name, "checked": code == request.user.language}
                for code, name in settings.LANGUAGES
            ],
            "error": error,
        },
        status=422 if error else 200,
    )


@access.own_account
@require_safe
def watched(request: Request) -> HttpResponse:
    """The red lines of the desk, for a page that is open: nothing while they are still the same."""
    is_same = request.GET.get("seen") == mark(watched_words())
    if is_same or not request.user.is_staff_member:
        return HttpResponse(status=204)
    return render(request, "parts/watched.html")


@access.own_account
@require_safe
def kept_forms(request: Request) -> HttpResponse:
    """What was typed and sent after the session had ended: send it again, or forget it."""
    forms = [
        {
            "form": form,
            "fields": [
                {"name": name, "value": value, "label": " ".join(name.split("_")).capitalize()}
                for name, value in kept.fields_of(form)
            ],
        }
        for form in kept.waiting(request.user, request.reader.at)
    ]
    if not forms:
        return redirect("home")
    return render(request, "account/kept.html", {"forms": forms})


@access.own_account
@require_POST
def forget_kept(request: Request, pk: UUID) -> HttpResponse:
    """Forget a kept form."""
    kept.drop(request.user, pk)
    return redirect("home")


@access.public
@require_http_methods(["GET", "POST"])
def set_up(request: Request) -> HttpResponse:
    """The first run: the code that was printed, the institution, the first account."""
    if not first_run.is_open():
        raise Http404
    choices = countries(get_language() or "en")
    form = SetUpForm(request.POST or None, countries=choices)
    if form.is_valid() and _finished(request, form):
        return redirect("account_login")
    return render(request, "account/set_up.html", {"form": form})


def _finished(request: Request, form: SetUpForm) -> bool:
    """Finish the first run, or put what is wrong beside the field."""
    given, at = form.cleaned_data, clock.now()
    try:
        code = first_run.check_code(given["code"])
    except first_run.WrongCode:
        audit.refuse("access.setup_refused", by=request.reader, at=at, why="code")
        form.add_error("code", _("That is not the code. Look where the service was started."))
        return False
    try:
        with transaction.atomic():
            started = first_run.finish(
                code=code,
                institution=given["institution"],
                country=given["country"],
                zone=given["zone"],
                name=given["name"],
                email=given["email"],
                password=given["password"],
                by=request.reader,
                at=at,
            )
            directory.save_service(
                institution=started.institution,
                name=given["service"],
                by=readers.reader_for(started.account, at),
                at=at,
            )
    except ValidationError as weak:
        form.add_error("password", weak)
        return False
    return True

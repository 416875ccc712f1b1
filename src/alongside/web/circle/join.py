"""Join by a private link: what one will see, then signing in by six numbers."""

from __future__ import annotations

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside.access import actions as access_actions
from alongside.cases import invitations, joining
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form
from alongside.web.parts.pages import Request


class Address(Form):
    """Where the six numbers go, when the link did not come by mail."""

    address = forms.EmailField(
        label=gettext_lazy("Your own e-mail address"),
        help_text=gettext_lazy("We send you six numbers to sign in with."),
        max_length=254,
    )


@access.link("join_circle")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: Request, token: str) -> HttpResponse:
    """What one will see. A press makes the page one's own and sends the numbers."""
    link, at = request.reader.link, clock.now()
    if link.person is None or link.circle is None:
        raise Http404
    known = invitations.address_of(link.person_id)
    form = None if known else Address(request.POST or None)
    if request.method == "POST" and (form is None or form.is_valid()):
        address = known or (form.cleaned_data["address"] if form is not None else "")
        try:
            account = access_actions.accept_invitation(
                email=address, language=get_language() or "", by=request.reader, at=at
            )
        except (
            access_actions.AddressTaken,
            access_actions.CannotJoin,
            access_actions.StaffAndFamily,
        ) as refusal:
            if isinstance(refusal, access_actions.CannotJoin):
                joining.note_refused(circle=refusal.circle, by=request.reader, at=at)
            return _page(
                request,
                form,
                error=_("That did not work. Please ask whoever invited you for a new link."),
            )
        LoginCodeVerificationProcess.initiate(request=request, user=account, email=account.email)
        return redirect("account_confirm_login_code")
    return _page(request, form)


def _page(request: Request, form: Address | None, *, error: str = "") -> HttpResponse:
    link = request.reader.link
    is_person = link.circle.focus_id == link.person_id
    template = "circle/join/person.html" if is_person else "circle/join/member.html"
    bad = bool(error or (form is not None and form.errors))
    return render(request, template, {"form": form, "error": error}, status=400 if bad else 200)

"""The office: what is open, who has which role, the service, the lines, the record of access."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.access import actions, policy, queries
from alongside.credentials import queries as credentials
from alongside.crisis import leads, safeguarding, second_look
from alongside.crisis import queries as crisis
from alongside.directory import actions as directory_actions
from alongside.directory import queries as directory
from alongside.directory import rules as directory_rules
from alongside.people import queries as people
from alongside.records import clock
from alongside.records.errors import NotAllowed, Refused, StaleVersion
from alongside.web.office import house, invitations, meeting_numbers, rota, words
from alongside.web.office.forms import EndForm, InviteForm, RoleForm, ServiceForm
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, local_day

# -- overview ------------------------------------------------------------------------------------


@access("institution", "R")
@require_safe
def overview(request: Request) -> HttpResponse:
    """What is open: acts without a second person, and gaps that somebody must close."""
    reader = request.reader
    institution = queries.institution_of(reader)
    sees_roles = policy.may_open(reader, "relationship", "R")
    seconds = queries.without_a_second(seen_by=reader) if sees_roles else []
    context = {
        "institution": institution,
        "seconds": [_second(edge, reader) for edge in seconds],
        "sees_roles": sees_roles,
        "gaps": _gaps(reader, institution),
        "needs_lead": leads.without_a_lead(seen_by=reader, at=clock.now()) if sees_roles else 0,
        "my_reports": _reports_that_wait(reader),
        "late_reports": leads.late_here(seen_by=reader, at=clock.now()) if sees_roles else 0,
        "late_looks": second_look.late_here(seen_by=reader, at=clock.now()),
        "on_call": _on_call_now(reader),
        "titles": _titles_to_look_at(request),
        "house": house.people_and_services(request),
        "numbers": house.numbers(request, institution),
        "meetings": meeting_numbers.meetings(request, institution),
    }
    return render(request, "office/overview.html", context)


def _reports_that_wait(reader: Any) -> int:
    """How many safeguarding reports have no answer yet, for those who read them."""
    if not policy.may_open(reader, "safeguarding_report", "S"):
        return 0
    return int(safeguarding.all_reports(seen_by=reader).filter(decided_at=None).count())


def _on_call_now(reader: Any) -> list[dict[str, Any]]:
    """Each service with who is first and second on call now."""
    if not policy.may_open(reader, "shift", "R"):
        return []
    found = []
    for service in directory.services(seen_by=reader):
        now = crisis.who_is_on_call(service, reader.at)
        found.append(
            {
                "service": service.name,
                "first": ", ".join(account.name or account.email for account in now[1]),
                "second": ", ".join(account.name or account.email for account in now[2]),
                "gap": rota.next_gap(service, reader.at),
            }
        )
    return found


def _titles_to_look_at(request: Request) -> dict[str, int]:
    """How many titles wait for a look, end soon, or have ended; nothing for other readers."""
    if not policy.may_open(request.reader, "credential", "E"):
        return {}
    today = local_day(request, clock.now())
    found = {"wait": 0, "soon": 0, "ended": 0}
    for row in credentials.credentials(seen_by=request.reader):
        word = credentials.standing_of(row, today).word
        found["wait"] += word in {"not_checked", "check_due"}
        found["soon"] += word == "soon"
        found["ended"] += word in {"ended", "suspended", "revoked", "rejected"}
    return found


def _second(edge: Any, reader: Any) -> dict[str, Any]:
    mine = reader.account_id in {edge.granted_by_id, edge.account_id}
    return {
        "edge": edge,
        "role": words.role(edge.role),
        "by": "" if edge.granted_by is None else edge.granted_by.name,
        "reason": words.reason(edge.reason),
        "may": not mine and reader.may("E", edge),
    }


def _gaps(reader: Any, institution: Any) -> list[str]:
    """What is missing, each in a sentence."""
    found = []
    services = list(directory.services(seen_by=reader))
    if not services:
        found.append(_("There is no service yet, so nobody can be on call."))
    found += [
        _("%(name)s names nobody outside who is told when nobody here answers.")
        % {"name": service.name}
        for service in services
        if not service.fallback_email
    ]
    if not directory.lines_to_show(institution.country, reader.at):
        found.append(
            _("No crisis line was called in the last 9 months, so pages show none of them.")
        )
    if policy.may_open(reader, "relationship", "R"):
        if queries.managers(institution.pk, reader.at) < 2:
            found.append(
                _("There is only one manager. A second one makes two-person acts possible.")
            )
        if count := queries.without_second_factor(seen_by=reader):
            found.append(
                _("Without a second step for signing in: %(count)s of the staff.")
                % {"count": count}
            )
    return found


# -- people and roles ----------------------------------------------------------------------------


@access("account", "R")
@require_safe
def people_list(request: Request) -> HttpResponse:
    """Everybody who works here, with their roles."""
    reader = request.reader
    roles = _roles(reader)
    titles = {p.person_id: p.title for p in people.practitioners(seen_by=reader)}
    rota = _on_the_rota(reader)
    rows: list[dict[str, Any]] = [
        {
            "account": link.account,
            "title": titles.get(link.person_id, ""),
            "roles": [
                *dict.fromkeys(words.role(edge.role) for edge in roles.get(link.account_id, [])),
                *([words.role("on_call")] if link.account_id in rota else []),
            ],
            "waits": not link.account.has_usable_password(),
        }
        for link in queries.staff(seen_by=reader)
    ]
    for row in rows:  # a title that says the same as a role is said once
        row["roles"] = [role for role in row["roles"] if str(role) != row["title"]]
    rows.sort(key=lambda row: row["account"].name.casefold())
    context = {
        "rows": rows,
        "may_invite": policy.may_open(reader, "practitioner", "C"),
        "sees_roles": policy.may_open(reader, "relationship", "R"),
    }
    return render(request, "office/people/list.html", context)


def _on_the_rota(reader: Any) -> set[UUID]:
    """Accounts with a shift that is on or to come; nobody for a reader who may not see shifts."""
    if not policy.may_open(reader, "shift", "R"):
        return set()
    return {
        shift.account_id
        for service in directory.services(seen_by=reader)
        for shift in crisis.shifts(seen_by=reader, service=service, at=reader.at)
    }


def _roles(reader: Any) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    if policy.may_open(reader, "relationship", "R"):
        for edge in queries.roles_of_staff(seen_by=reader):
            found.setdefault(edge.account_id, []).append(edge)
    return found


@access("practitioner", "C")
@require_http_methods(["GET", "POST"])
def invite(request: Request) -> HttpResponse:
    """Add somebody to the staff; a mail lets them choose a password."""
    form = InviteForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            account = invitations.invite(
                institution=queries.institution_of(request.reader),
                name=given["name"],
                title=given["title"],
                email=given["email"],
                roles=given["roles"],
                reason=given["reason"],
                by=request.reader,
                at=clock.now(),
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, words.refusal(refusal))
        else:
            messages.success(request, _("Added at %(time)s. The mail is on its way.") % _time())
            return redirect("office:person", pk=account.pk)
    return render(
        request, "office/people/invite.html", {"form": form}, status=400 if form.errors else 200
    )


@access("account", "R")
@require_safe
def person(request: Request, pk: UUID) -> HttpResponse:
    """One colleague: roles, with who gave them and why."""
    return _person(request, pk)


def _person(
    request: Request, pk: UUID, *, form: Any = None, end: Any = None, status: int = 200
) -> HttpResponse:
    reader = request.reader
    link = get_object_or_404(queries.staff(seen_by=reader), account=pk)
    roles = _roles(reader).get(pk, [])
    gives = policy.may_open(reader, "relationship", "C") and pk != reader.account_id
    context = {
        "account": link.account,
        "roles": [_role(edge, reader) for edge in roles if edge.circle_id is None],
        "circles": _by_role([edge for edge in roles if edge.circle_id is not None], reader),
        "form": form or (RoleForm(colleagues=_colleagues(reader, pk)) if gives else None),
        "end": end,
        "may_invite": policy.may_open(reader, "practitioner", "C"),
        "may_lock": reader.may("E", link) and pk != reader.account_id,
        "waits": not link.account.has_usable_password(),
    }
    return render(request, "office/people/person.html", context, status=status)


def _by_role(edges: list[Any], reader: Any) -> list[dict[str, Any]]:
    """Roles in circles, one line for each role; which circle it is, the office never sees."""
    found: dict[str, list[Any]] = {}
    for edge in edges:
        found.setdefault(edge.role, []).append(edge)
    return [
        {
            "role": words.in_circles(role, len(rows)),
            "since": rows[-1].valid_from,
            "open": sum(
                row.waiting or (row.without_second and not row.approved_by_id) for row in rows
            ),
            "rows": [_role(row, reader) for row in rows],
        }
        for role, rows in found.items()
    ]


def _role(edge: Any, reader: Any) -> dict[str, Any]:
    return {
        "edge": edge,
        "role": words.role(edge.role),
        "of": "" if edge.practitioner is None else edge.practitioner.person.name,
        "since": edge.valid_from,
        "by": "" if edge.granted_by is None else edge.granted_by.name,
        "reason": words.reason(edge.reason),
        "waiting": edge.waiting,
        "alone": edge.without_second and edge.approved_by_id is None,
        "may_end": reader.may("E", edge),
    }


def _colleagues(reader: Any, pk: UUID) -> list[tuple[str, str]]:
    own = {link.person_id for link in queries.staff(seen_by=reader).filter(account=pk)}
    found = people.practitioners(seen_by=reader)
    return sorted(
        ((str(p.pk), p.person.name) for p in found if p.person_id not in own),
        key=lambda pair: pair[1].casefold(),
    )


@access("relationship", "C")
@require_POST
def give_role(request: Request, pk: UUID) -> HttpResponse:
    """Give somebody one more role."""
    reader = request.reader
    link = get_object_or_404(queries.staff(seen_by=reader), account=pk)
    form = RoleForm(request.POST, colleagues=_colleagues(reader, pk))
    if not form.is_valid():
        return _person(request, pk, form=form)
    given = form.cleaned_data
    towards: dict[str, Any] = {"institution": queries.institution_of(reader)}
    if given["role"] == "supervisor":
        rows = people.practitioners(seen_by=reader)
        towards = {"practitioner": get_object_or_404(rows, pk=given["supervises"])}
    try:
        edge = actions.grant(
            account=link.account,
            role=given["role"],
            reason=given["reason"],
            by=reader,
            at=clock.now(),
            **towards,
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(None, words.refusal(refusal))
        return _person(request, pk, form=form)
    said = (
        _("Saved at %(time)s. It counts once a second manager has agreed.")
        if edge.waiting
        else _("Saved at %(time)s.")
    )
    messages.success(request, said % _time())
    return redirect("office:person", pk=pk)


@access("relationship", "E")
@require_http_methods(["GET", "POST"])
def end_role(request: Request, pk: UUID) -> HttpResponse:
    """End one role, with the reason."""
    reader = request.reader
    edge = get_object_or_404(queries.roles_of_staff(seen_by=reader), pk=pk)
    form = EndForm(request.POST or None)
    if form.is_valid():
        try:
            actions.end_relationship(
                relationship=edge, because=form.cleaned_data["because"], by=reader, at=clock.now()
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, words.refusal(refusal))
        else:
            messages.success(request, _("Ended at %(time)s. They are signed out.") % _time())
            return redirect("office:person", pk=edge.account_id)
    context = {"form": form, "edge": edge, "role": words.role(edge.role), "name": edge.account.name}
    return render(request, "office/people/end.html", context)


@access("relationship", "E")
@require_POST
def confirm_second(request: Request, pk: UUID) -> HttpResponse:
    """Agree, as the second person, to a role another manager gave."""
    edge = get_object_or_404(queries.without_a_second(seen_by=request.reader), pk=pk)
    try:
        actions.confirm_second(relationship=edge, by=request.reader, at=clock.now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.info(request, words.refusal(refusal))
    else:
        messages.success(request, _("Confirmed at %(time)s.") % _time())
    return redirect("office:overview")


@access("account", "E")
@require_POST
def lock(request: Request, pk: UUID) -> HttpResponse:
    """Lock an account, or unlock it."""
    link = get_object_or_404(queries.staff(seen_by=request.reader), account=pk)
    locked = request.POST.get("locked") == "1"
    try:
        actions.lock_account(account=link.account, locked=locked, by=request.reader, at=clock.now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.info(request, words.refusal(refusal))
    else:
        said = _("Locked at %(time)s.") if locked else _("Unlocked at %(time)s.")
        messages.success(request, said % _time())
    return redirect("office:person", pk=pk)


@access("practitioner", "C")
@require_POST
def invite_again(request: Request, pk: UUID) -> HttpResponse:
    """Send the page for a password once more."""
    link = get_object_or_404(queries.staff(seen_by=request.reader), account=pk)
    if not queries.waits_for_a_password(link.account_id):
        raise Http404
    invitations.send_again(link=link, by=request.reader, at=clock.now())
    messages.success(request, _("Put in the outbox at %(time)s.") % _time())
    return redirect("office:person", pk=pk)


# -- services ------------------------------------------------------------------------------------


@access("service", "R")
@require_safe
def service_list(request: Request) -> HttpResponse:
    """The services of this institution."""
    context = {
        "services": directory.services(seen_by=request.reader),
        "may_add": policy.may_open(request.reader, "service", "C"),
        "may_edit": policy.may_open(request.reader, "service", "E"),
    }
    return render(request, "office/service/list.html", context)


@access("service", "C")
@require_http_methods(["GET", "POST"])
def service_new(request: Request) -> HttpResponse:
    """A new service."""
    form = ServiceForm(request.POST or None, settings=_settings())
    if form.is_valid() and _save_service(request, form, None):
        return redirect("office:service-list")
    return render(
        request, "office/service/edit.html", {"form": form}, status=400 if form.errors else 200
    )


@access("service", "E")
@require_http_methods(["GET", "POST"])
def service_edit(request: Request, pk: UUID) -> HttpResponse:
    """Change a service."""
    service = get_object_or_404(directory.services(seen_by=request.reader), pk=pk)
    fields = ("version", "name", "setting", "opens", "closes", "fallback_email")
    initial = {field: getattr(service, field) for field in fields}
    form = ServiceForm(request.POST or None, initial=initial, settings=_settings())
    if form.is_valid():
        try:
            if _save_service(request, form, service):
                return redirect("office:service-list")
        except StaleVersion as stale:
            return _both(request, form, stale.current)
    context = {"form": form, "service": service}
    status = 400 if form.errors else 200
    return render(request, "office/service/edit.html", context, status=status)


def _save_service(request: Request, form: Any, service: Any) -> bool:
    given = form.cleaned_data
    try:
        directory_actions.save_service(
            institution=queries.institution_of(request.reader),
            name=given["name"],
            service=service,
            expected=given["version"] if service else None,
            setting=given["setting"],
            opens=given["opens"],
            closes=given["closes"],
            fallback_email=given["fallback_email"],
            by=request.reader,
            at=clock.now(),
        )
    except (NotAllowed, StaleVersion):
        raise
    except Refused as refusal:
        field = getattr(refusal, "field", "fallback_email")
        form.add_error(field if field in form.fields else None, words.refusal(refusal))
        return False
    messages.success(request, _("Saved at %(time)s.") % _time())
    return True


def _both(request: Request, form: Any, current: Any) -> HttpResponse:
    """Somebody was quicker: both texts, nothing overwritten."""
    pairs, same = [], []
    for name in ("name", "setting", "opens", "closes", "fallback_email"):
        mine, theirs = form[name].value() or "", _plain(getattr(current, name))
        if str(mine) == theirs:
            same.append({"name": name, "value": mine})
        else:
            label = form.fields[name].label
            choices = getattr(form.fields[name], "choices", ())
            pairs.append(
                {
                    "name": name,
                    "label": label,
                    "mine": mine,
                    "theirs": theirs,
                    "choices": [(str(value), words_) for value, words_ in choices],
                }
            )
    context = {"pairs": pairs, "same": same, "version": current.version, "url": request.path}
    return render(request, "office/service/two_texts.html", context, status=409)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:%H:%M}" if hasattr(value, "strftime") else str(value)


def _settings() -> list[tuple[str, str]]:
    language = get_language() or "en"
    found = []
    for id_, setting in catalogue.current().settings.items():
        name = getattr(setting, "name", id_)
        shown = name if isinstance(name, str) else name.get(language, name.get("en", id_))
        found.append((id_, shown))
    return sorted(found, key=lambda pair: pair[1])


# -- crisis lines --------------------------------------------------------------------------------


@access("line_check", "R")
@require_safe
def line_list(request: Request) -> HttpResponse:
    """The lines of the country, each with the last call somebody made to it."""
    reader = request.reader
    institution = queries.institution_of(reader)
    known = catalogue.current().lines.get(institution.country)
    latest: dict[str, Any] = {}
    checks = directory.line_checks(seen_by=reader).filter(country=institution.country)
    for check in checks.order_by("checked_at"):
        latest[check.line] = check
    overdue = directory_rules.months_before(reader.at, directory_rules.VERIFIED_MONTHS)
    rows = [
        {
            "line": line,
            "number": line.number or line.text,
            "check": latest.get(line.id),
            "shown": _is_shown(latest.get(line.id), line, overdue),
        }
        for line in (known.lines if known else ())
    ]
    context = {
        "institution": institution,
        "emergency": known.emergency_number if known else "",
        "rows": rows,
        "may_check": policy.may_open(reader, "line_check", "C"),
    }
    return render(request, "office/lines/list.html", context)


def _is_shown(check: Any, line: Any, overdue: Any) -> bool:
    return (
        check is not None
        and check.checked_at > overdue
        and directory_rules.same_number(check.number, line.number or line.text or "")
    )


@access("line_check", "C")
@require_POST
def line_called(request: Request, line: str) -> HttpResponse:
    """Somebody called this line today and it was answered."""
    institution = queries.institution_of(request.reader)
    try:
        directory_actions.check_line(
            institution=institution,
            country=institution.country,
            line=line,
            by=request.reader,
            at=clock.now(),
        )
    except directory_actions.UnknownLine:
        raise Http404 from None
    messages.success(request, _("Saved at %(time)s. Pages show this line now.") % _time())
    return redirect("office:line-list")


# -- the record of access ------------------------------------------------------------------------


@access("audit_trail", "R")
@require_safe
def trail(request: Request) -> HttpResponse:
    """Who opened what, when, in which role. Ids and words, never content."""
    asked = request.GET
    kind = asked.get("kind", "") if asked.get("kind") in queries.KINDS else ""
    account = _uuid(asked.get("account", ""))
    first = int(asked["first"]) if asked.get("first", "").isdecimal() else 0
    since, until = _day(asked.get("since", "")), _day(asked.get("until", ""))
    page = queries.trail(
        seen_by=request.reader,
        kind=kind,
        account=account,
        since=since,
        until=until,
        first=min(first, 10_000_000),
    )
    context = {
        "rows": [_event(event, page.names) for event in page.events],
        "page": page,
        "last": page.first + len(page.events),
        "older_url": _at(asked, page.older),
        "newer_url": _at(asked, page.newer),
        "filters": _filters(request, kind, account),
    }
    return render(request, "office/trail/list.html", context)


def _event(event: Any, names: Any) -> dict[str, Any]:
    if event.account is None:
        who = event.name or _("Somebody who is not signed in")
    else:  # a member's name is in their circle, not in their account
        who = names.get(event.account) or _("A member, or the person")
    return {
        "event": event,
        "who": who,
        "roles": ", ".join(words.short_role(role) for role in event.roles.split()),
        "act": words.act(event.word),
        "count": sum(len(ids) for ids in event.ids.values()),
        "refused": event.result == "refused",
    }


def _filters(request: Request, kind: str, account: UUID | None) -> list[dict[str, Any]]:
    asked = request.GET
    labels = {"reads": _("Reading"), "acts": _("Acts"), "refusals": _("Refused")}
    kinds = [{"value": "", "label": _("Everything"), "selected": not kind}]
    kinds += [{"value": k, "label": labels[k], "selected": k == kind} for k in queries.KINDS]
    staff = [(link.account_id, link.account.name) for link in queries.staff(seen_by=request.reader)]
    people_ = [{"value": "", "label": _("Everybody"), "selected": account is None}]
    people_ += [
        {"value": pk, "label": name, "selected": pk == account}
        for pk, name in sorted(staff, key=lambda pair: pair[1].casefold())
    ]
    return [
        {"name": "kind", "label": _("What"), "options": kinds},
        {"name": "account", "label": _("Who"), "options": people_},
        {"name": "since", "label": _("From"), "type": "date", "value": asked.get("since", "")},
        {"name": "until", "label": _("Until"), "type": "date", "value": asked.get("until", "")},
    ]


def _at(asked: Any, first: int | None) -> str:
    if first is None:
        return ""
    query = asked.copy()
    query["first"] = str(first)
    return f"?{query.urlencode()}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> Any:
    try:
        return parse_date(text.strip())
    except ValueError:
        return None


def _time() -> dict[str, str]:
    return {"time": date_format(localtime(clock.now()), "H:i")}

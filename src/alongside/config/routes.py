"""Routes of libraries with their access words, and the check that every route has one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import Error
from django.urls import URLPattern, URLResolver, get_resolver

from alongside.access.routes import Access, Kind, access_of
from alongside.catalogue import current

LIBRARY: dict[str, Kind] = {
    # coming in
    "account_login": "public",
    "account_request_login_code": "public",
    "account_confirm_login_code": "public",
    "account_inactive": "public",
    "account_reset_password": "public",
    "account_reset_password_done": "public",
    "account_reset_password_from_key": "public",
    "account_reset_password_from_key_done": "public",
    "mfa_authenticate": "public",  # between the first step and the second
    "mfa_login_webauthn": "public",
    # one's own account
    "account_logout": "own_account",
    "account_reauthenticate": "own_account",
    "account_change_password": "own_account",
    "account_set_password": "own_account",
    "mfa_index": "own_account",
    "mfa_reauthenticate": "own_account",
    "mfa_view_recovery_codes": "own_account",
    "mfa_generate_recovery_codes": "own_account",
    "mfa_download_recovery_codes": "own_account",
    "mfa_activate_totp": "own_account",
    "mfa_deactivate_totp": "own_account",
    "mfa_list_webauthn": "own_account",
    "mfa_add_webauthn": "own_account",
    "mfa_reauthenticate_webauthn": "own_account",
    "mfa_remove_webauthn": "own_account",
    "mfa_edit_webauthn": "own_account",
    "usersessions_list": "own_account",
    # not offered: nobody signs up by themself, and an address is changed by the lead
    "account_signup": "closed",
    "account_email": "closed",
    "account_email_verification_sent": "closed",
    "account_confirm_email": "closed",
}


def every_route_is_declared(app_configs: Any = None, **kwargs: Any) -> list[Error]:
    """Refuse to start while a route does not say who may open it, or names no row."""
    errors: list[Error] = []
    rows = current().matrix.rows
    for name, address, view in all_routes():
        rule = access_of(view, name)
        if rule is None:
            errors.append(
                Error(
                    f"The route {name or '(no name)'} at /{address} says nothing about access.",
                    hint='Put @access("record_type", "R"), @access.public or another above it.',
                    id="access.E001",
                )
            )
        elif rule.kind == "record" and rule.record_type not in rows:
            errors.append(
                Error(
                    f"The route {name} asks for {rule.record_type!r}, "
                    "which is no row of content/access/matrix.yaml.",
                    id="access.E002",
                )
            )
    return errors


def all_routes() -> list[tuple[str, str, Any]]:
    """Every route: its name with its namespaces, its address, its view."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def rule_of(name: str) -> Access:
    """The access word of a route by its name."""
    for found, _, view in all_routes():
        rule = access_of(view, found)
        if found == name and rule is not None:
            return rule
    raise LookupError(name)


def _walk(patterns: list[Any], space: str, before: str) -> Iterator[tuple[str, str, Any]]:
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, inner, address)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name or ''}", address, pattern.callback

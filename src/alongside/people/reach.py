"""Addresses and numbers in one form each, so that the same one is found again by its hash."""

from __future__ import annotations

import re

import phonenumbers

from alongside.records.crypto import keyed_hash
from alongside.records.errors import Unfit

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}\Z")


class NotReachable(Unfit):
    """This cannot be a phone number or an address. ``channel`` says which was meant."""

    channel: str


def normalised(*, channel: str, value: str, country: str) -> str:
    """One form of a phone number (E.164) or of an e-mail address (lower case).

    Args:
        channel: ``phone`` or ``email``.
        value: as it was typed.
        country: where a number without a country code is from, as two letters.

    Raises:
        NotReachable: it cannot be one.
    """
    text = value.strip()
    if channel == "email":
        if len(text) > 254 or not _EMAIL.match(text):
            raise NotReachable(channel=channel)
        return text.lower()
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException as failure:
        raise NotReachable(channel=channel) from failure
    if not phonenumbers.is_possible_number(number):
        raise NotReachable(channel=channel)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def hashed(*, channel: str, value: str, country: str) -> str:
    """The keyed hash by which the same address or number is found again; never shown."""
    return keyed_hash("contact", normalised(channel=channel, value=value, country=country))


def channel_of(value: str) -> str:
    """``email`` for something with an @, else ``phone``."""
    return "email" if "@" in value else "phone"

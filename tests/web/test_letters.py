"""Letters from the record: drafted, signed, kept as PDF, given; to others only with consent."""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from alongside import catalogue
from alongside.access import actions as access
from alongside.consent import actions as consent
from alongside.delivery import clinical_letters as letters
from alongside.delivery.models import Letter, LetterGiven
from alongside.plans.models import Course, CoursePerson
from alongside.records.models import AuditEvent
from alongside.records.scoped import writing
from alongside.web.parts.pdf import NotOurs, our_file
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import answer, give_consent, held

SignedIn = Callable[[Cast], Any]
At = Callable[[Any], None]
WEEK = timedelta(days=7)


def fields(page: str) -> dict[str, str]:
    rows = re.findall(r'<textarea name="(part_\w+)"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    return {name: text.strip() for name, text in rows}


def opened(file: bytes) -> bytes:
    """A PDF with the streams that can be unpacked beside what stands open in it."""
    found = [file]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", file, re.DOTALL):
        with suppress(zlib.error):
            found.append(zlib.decompress(packed))
    return b"\n".join(found)


def choice(page: str, word: str) -> str:
    return re.findall(rf'name="which" value="({word}:[^"]+)"', page)[0]


def test_a_closing_letter_goes_from_the_record_to_the_persons_own_page(
    world: World, cbt: Course, signed_in: SignedIn, at: At, caplog: pytest.LogCaptureFixture
) -> None:
    held(world, cbt)
    at(NOON + WEEK)
    world.at(NOON + WEEK)
    answer(world, world.sam, "phq9", {f"item_{n}": 0 for n in range(1, 10)})
    answer(world, world.noor.person, "gad7", {f"item_{n}": 3 for n in range(1, 8)})
    assert world.sam_account is not None
    asha, sam = signed_in(world.asha), signed_in(world.sam_account)
    where = f"/work/cases/{world.case.pk}/letters/"
    page = asha.get(where).content.decode()
    assert "to_referrer" not in page
    begun = asha.post(where + "begin/", {"which": choice(page, "closing"), "language": "en"})
    one = begun["Location"]
    parts = fields(asha.get(one).content.decode())
    assert parts["part_beginning"].startswith("Dear Sam,")
    scale = "It goes from 0 to 27; lower is better."
    assert f"0 on 9 Mar 2026. {scale} It is better." in parts["part_change"]
    assert "Generalised" not in str(parts)  # a relative's answers are nobody else's
    unsigned = {**parts, "part_what_we_did": "", "version": "1", "do": "sign"}
    assert "At the end of our talks, version 1" in asha.get(one).content.decode()
    page = asha.post(one, unsigned)
    assert page.status_code == 400
    assert "Blank: write a line." in page.content.decode()
    whole = {**parts, "part_what_we_did": "We met <once>.", "part_help": "116 123", "do": "sign"}
    assert asha.post(one, {**whole, "version": "1"}).status_code == 409
    assert "A draft, not signed." in asha.get(one + "preview/").content.decode()
    assert asha.get(one + "file/").status_code == 404
    assert asha.post(one, {**whole, "version": "2"}).status_code == 302
    assert sam.get("/me/record/letters/").content.decode().count(one[6:-1]) == 0
    mine = one.replace("/work/", "/me/record/")
    assert sam.get(mine).status_code == 404

    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        file = asha.get(one + "file/")
    assert not [row.getMessage() for row in caplog.records if row.name.startswith("weasyprint")]
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"] == 'attachment; filename="letter-2026-03-09.pdf"'
    assert file.content.startswith(b"%PDF")
    inside = opened(file.content)
    for mark in (b"/StructTreeRoot", b"/Lang (en)", b"pdfuaid", b"/S /H1"):
        assert mark in inside
    assert b"Sam" not in inside.partition(b"/Title")[2][:40]

    tomorrow = {"how": "post", "day": "2026-03-10"}
    assert asha.post(one + "given/", tomorrow).status_code == 400
    assert asha.post(one + "given/", {"how": "own_page", "day": "2026-03-09"}).status_code == 302
    assert "We met &lt;once&gt;." in sam.get(mine).content.decode()
    assert sam.get(mine + "file/").content.startswith(b"%PDF")
    assert mine in sam.get("/me/record/letters/").content.decode()
    assert [(row.how, row.to_whom) for row in LetterGiven._base_manager.all()] == [
        ("own_page", "Sam")
    ]
    for cast in (world.noor, world.bo, world.grace):
        assert signed_in(cast).get(one).status_code == 404

    asha.post(one + "again/", {"because": "A name was wrong"})
    second = Letter._base_manager.get(number=2)
    assert sam.get(f"/me/record/letters/{second.pk}/").status_code == 404
    again = asha.post(one + "again/", {"because": "Once more"})
    assert again["Location"] == f"/work/letters/{second.pk}/"
    late = asha.post(one, {**whole, "part_what_we_did": "Typed late.", "version": "3"})
    assert late.status_code == 409
    assert "Typed late." in late.content.decode()


def test_two_courses_of_one_way_are_told_apart_by_their_variant(
    world: World, cbt: Course, signed_in: SignedIn
) -> None:
    with writing():
        again = Course.objects.create(
            institution_id=cbt.institution_id, circle_id=cbt.circle_id, plan_id=cbt.plan_id,
            protocol=cbt.protocol, variant="guided_selfhelp", deliverer_id=cbt.deliverer_id,
            sessions_planned=8, started_at=NOON,
        )  # fmt: skip
        CoursePerson.objects.create(
            course=again, person=world.sam, institution_id=cbt.institution_id,
            circle_id=cbt.circle_id,
        )  # fmt: skip
    asha, case = signed_in(world.asha), f"/work/cases/{world.case.pk}/"
    for page in (f"{case}letters/", f"{case}consent/record/?form=c_treatment"):
        said = asha.get(page).content.decode()
        for name in ("(CBT): Depression", "(CBT): Guided self-help"):
            assert name in said, (page, name)


def test_a_report_goes_to_nobody_without_a_live_consent_that_names_them(
    world: World, cbt: Course, signed_in: SignedIn
) -> None:
    held(world, cbt)
    give_consent(world, world.sam, "c_release")  # names nobody
    asha = signed_in(world.asha)
    where = f"/work/cases/{world.case.pk}/letters/"
    assert "to_referrer" not in asha.get(where).content.decode()
    release = consent.give(
        circle=world.circle, person=world.sam, form="c_release", given_how="spoken", witness="Asha",
        expires_on=(NOON + WEEK).date(), to_whom="Dr Okoro", by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    page = asha.get(where).content.decode()
    assert "Report, to Dr Okoro" in page
    begun = asha.post(where + "begin/", {"which": choice(page, "to_referrer"), "language": "es"})
    one = begun["Location"]
    parts = fields(asha.get(one).content.decode())
    assert "Sobre Sam, que aceptó que usted lo sepa." in parts["part_beginning"]
    whole = {**parts, "part_reason": "x", "part_asked": "Nada", "part_change": "x", "do": "sign"}
    assert asha.post(one, {**whole, "version": "1"}).status_code == 302
    # After a no, a newer yes to somebody else does not bring the old one back.
    world.at(world.moment + timedelta(minutes=1))
    consent.refuse(
        circle=world.circle, person=world.sam, about="c_release", offered="A report",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    world.at(world.moment + timedelta(minutes=1))
    other = consent.give(
        circle=world.circle, person=world.sam, form="c_release", given_how="spoken", witness="Asha",
        expires_on=(NOON + 2 * WEEK).date(), to_whom="Ms Bell", by=world.asha.reader,
        at=world.moment,
    )  # fmt: skip
    found = letters.releases(
        kind=catalogue.current().letter("to_referrer"), course=cbt, about=world.sam,
        seen_by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    assert [row.pk for row in found] == [other.pk]
    assert "which has ended: ask again" in asha.get(one).content.decode()
    consent.withdraw(consent=release, by=world.asha.reader, at=world.moment)
    page = asha.post(one + "given/", {"how": "post", "day": "2026-03-02"})
    assert page.status_code == 400
    assert "There is no live consent" in page.content.decode()
    assert not LetterGiven._base_manager.exists()
    with pytest.raises(letters.NoConsent):
        letters.begin_letter(
            course=cbt, kind="to_referrer", about=world.sam, language="en", parts={},
            consent=release, by=world.asha.reader, at=world.moment,
        )  # fmt: skip


@pytest.mark.parametrize(
    "url", ["https://example.org/x.css", "file:///etc/passwd", "alongside:../../../pdf.py"]
)
def test_a_pdf_takes_nothing_but_our_own_files(url: str) -> None:
    assert our_file("alongside:letter-print.css").is_file()
    with pytest.raises(NotOurs):
        our_file(url)


def test_a_letter_about_a_relatives_own_talks_is_theirs_to_read_and_nobody_elses(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    """T15a: on Noor's page from the day it is given, with a PDF; the read is in the trail."""
    held(world, craft)  # Noor's own
    parts = [part.id for part in catalogue.current().letter("to_person").parts]
    letter = letters.begin_letter(
        course=craft, kind="to_person", about=world.noor.person, language="en",
        parts={part: f"Plain words on {part}." for part in parts},
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    letters.sign_letter(
        letter=letter, expected=letter.version, by=world.asha.reader, at=world.moment
    )
    noor, teo = signed_in(world.noor), signed_in(world.teo)
    home = f"/circle/{world.circle.pk}/"
    mine = f"{home}letters/{letter.pk}/"
    assert "My letters" not in noor.get(home).content.decode()
    assert noor.get(mine).status_code == 404
    given = {"how": "own_page", "day": world.moment.date().isoformat()}
    staff = signed_in(world.asha)
    assert staff.post(f"/work/letters/{letter.pk}/given/", given).status_code == 302

    assert f"{home}letters/" in noor.get(home).content.decode()
    assert mine in noor.get(f"{home}letters/").content.decode()
    assert "Plain words on what_we_do." in noor.get(mine).content.decode()
    (read,) = AuditEvent._base_manager.filter(
        word="delivery.letter_read", about="circle:own-letter", account=world.noor.account.pk
    )
    assert str(letter.pk) in str(read.ids)
    assert noor.get(f"{mine}file/").content.startswith(b"%PDF")
    for page in (mine, f"{mine}file/"):
        assert teo.get(page).status_code == 404
    assert mine not in teo.get(f"{home}letters/").content.decode()

    assert world.noor.member is not None
    access.end_membership(
        member=world.noor.member, because="left", by=world.asha.reader, at=world.moment
    )
    answer = signed_in(world.noor).get(mine)  # it was her only circle: her account is closed
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")
    assert not letters.has_a_page(letter, world.asha.reader)

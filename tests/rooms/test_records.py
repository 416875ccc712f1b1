"""What every record has: encrypted text, versions, a reader, and the trail."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from alongside.people.models import Institution, Person
from alongside.records import actions_base, audit, clock, crypto, reader, saving, sealer
from alongside.records.actions_base import action, joined
from alongside.records.errors import StaleVersion, UnscopedQuery, UnscopedWrite
from alongside.records.models import AuditBatch, AuditEvent, AuditSeal, AuditWaiting, DataKey
from alongside.records.scoped import writing

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_head(tmp_path, monkeypatch):
    monkeypatch.setenv("ALONGSIDE_AUDIT_HEAD", str(tmp_path / "head.json"))


@pytest.fixture
def by():
    return reader.system("a test of the ground", NOON)


@pytest.fixture
def institution():
    with writing():
        return Institution.objects.create(
            name="Rowan", country="GB", zone="Europe/London", created_at=NOON
        )


@pytest.fixture
def sam(institution):
    with writing():
        return Person.objects.create(institution=institution, name="Sam Okafor", created_at=NOON)


def stored_name(person) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM people_person")
        return cursor.fetchone()[0]


# -- text ---------------------------------------------------------------------------------------


def test_a_name_is_encrypted_in_the_database_and_plain_in_python(sam, by):
    assert "Sam" not in stored_name(sam)
    assert Person.objects.visible_to(by).get(pk=sam.pk).name == "Sam Okafor"


def test_text_moved_to_another_row_cannot_be_read(sam, institution, by):
    with writing():
        other = Person.objects.create(institution=institution, name="Noor", created_at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, id FROM people_person")
        rows = cursor.fetchall()
        swapped = {
            row_id: text for (text, _), (_, row_id) in zip(rows, reversed(rows), strict=True)
        }
        for row_id, text in swapped.items():
            cursor.execute("UPDATE people_person SET name = %s WHERE id = %s", [text, row_id])
    with pytest.raises(crypto.Unreadable):
        _ = Person.objects.visible_to(by).get(pk=other.pk).name


def test_destroying_the_data_key_makes_the_text_unreadable(sam, by):
    crypto._unwrapped.clear()
    DataKey.objects.filter(subject=sam.pk).delete()
    with pytest.raises(crypto.Unreadable):
        _ = Person.objects.visible_to(by).get(pk=sam.pk).name


def key_of(person):
    return UUID(stored_name(person).split(".")[1])


def renamed(person, name):
    with writing():
        person.name = name
        person.save(update_fields=["name"])


def test_a_key_that_was_read_once_is_not_asked_for_again(
    institution, by, django_assert_num_queries, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True), writing():
        made = Person.objects.create(institution=institution, name="Lou", created_at=NOON)
    assert Person.objects.visible_to(by).get(pk=made.pk).name == "Lou"
    with django_assert_num_queries(1):
        renamed(made, "Lou Reed")
    assert key_of(made) == DataKey.objects.get(subject=made.pk).pk


def test_a_key_that_was_rolled_back_encrypts_nothing(institution, by):
    """Its row is not there any more: what it wrote could never be read."""
    sam = Person(institution=institution, name="Sam", created_at=NOON)
    with suppress(OSError), transaction.atomic(), writing():
        sam.save(force_insert=True)
        assert Person.objects.visible_to(by).get(pk=sam.pk).name == "Sam"
        renamed(sam, "Sam O.")
        raise OSError("the disk")
    with writing():
        sam.save(force_insert=True)
    assert key_of(sam) == DataKey.objects.get(subject=sam.pk).pk
    assert Person.objects.visible_to(by).get(pk=sam.pk).name == "Sam O."


def test_two_rows_go_in_together_or_neither_does(by):
    event = audit.write("access.account_signed_in", by=by, at=NOON)
    assert AuditWaiting.objects.filter(event=event.pk).exists()
    again = AuditEvent(id=uuid.uuid4(), at=NOON, word=event.word, mac=event.mac)
    with pytest.raises(IntegrityError), transaction.atomic():
        saving.insert_both(again, AuditWaiting(event=event.pk, at=NOON))
    assert not AuditEvent.objects.filter(pk=again.pk).exists()


def test_the_same_text_never_looks_the_same_twice(sam, by):
    before = stored_name(sam)
    with writing():
        sam.name = "Sam Okafor"
        sam.save(update_fields=["name"])
    assert stored_name(sam) != before


def test_encrypted_text_cannot_be_searched_or_updated_in_bulk(sam, by):
    with pytest.raises(TypeError, match="encrypted"):
        Person.objects.visible_to(by).filter(name="Sam Okafor").exists()
    with writing(), pytest.raises(TypeError, match="encrypted"):
        Person.objects.visible_to(by).update(name="X")


def test_an_empty_text_stays_empty_and_needs_no_key(institution, by):
    with writing():
        person = Person.objects.create(institution=institution, name="", created_at=NOON)
    assert Person.objects.visible_to(by).get(pk=person.pk).name == ""


def test_a_keyed_hash_is_the_same_for_one_purpose_only():
    assert crypto.keyed_hash("mail", "a@b.c") == crypto.keyed_hash("mail", "a@b.c")
    assert crypto.keyed_hash("mail", "a@b.c") != crypto.keyed_hash("phone", "a@b.c")


# -- versions -----------------------------------------------------------------------------------


def test_a_stale_write_is_refused_with_the_row_as_it_is_now(sam, by):
    mine, theirs = (Person.objects.visible_to(by).get(pk=sam.pk) for _ in range(2))
    with writing():
        theirs.birth_year = 1990
        theirs.save_version(1, ["birth_year"])
        mine.birth_year = 1991
        with pytest.raises(StaleVersion) as refusal:
            mine.save_version(1, ["birth_year"])
    assert refusal.value.current.birth_year == 1990
    assert refusal.value.current.version == 2


# -- readers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        lambda rows: list(rows.all()),
        lambda rows: rows.count(),
        lambda rows: rows.exists(),
        lambda rows: rows.first(),
        lambda rows: rows.get(pk=uuid.uuid4()),
        lambda rows: rows.in_bulk(),
        lambda rows: list(rows.iterator()),
        lambda rows: list(rows.values_list("pk")),
        lambda rows: rows.aggregate(),
        lambda rows: rows.filter(birth_year=1).update(birth_year=2),
        lambda rows: rows.filter(birth_year=1).delete(),
        lambda rows: rows.get_or_create(birth_year=1),
        lambda rows: rows.update_or_create(birth_year=1),
        lambda rows: rows.raw("SELECT 1"),
        lambda rows: rows.explain(),
        lambda rows: rows.latest("created_at"),
        lambda rows: bool(rows.all()),
        lambda rows: len(rows.all()),
        lambda rows: rows.all()[0],
    ],
)
def test_nothing_that_runs_sql_runs_without_a_reader(use):
    with writing(), pytest.raises(UnscopedQuery):
        use(Person.objects)


def test_rows_are_made_and_changed_only_inside_an_action(sam, by):
    with pytest.raises(UnscopedWrite):
        Person.objects.create(institution=sam.institution, created_at=NOON)
    with pytest.raises(UnscopedWrite):
        Person.objects.bulk_create([])
    with pytest.raises(UnscopedWrite):
        sam.save()
    with pytest.raises(UnscopedWrite):
        sam.delete()
    with pytest.raises(UnscopedWrite):
        Person.objects.visible_to(by).update(birth_year=1990)


def test_what_a_reader_was_shown_is_noted(sam):
    somebody = reader.system("a look", NOON)
    list(Person.objects.visible_to(somebody))
    assert somebody.seen == {"people.person": {sam.pk}}


# -- the clock ----------------------------------------------------------------------------------


def test_the_clock_is_the_databases_and_gives_utc():
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert clock.now().tzinfo is not None


def test_another_clock_stands_only_while_installed():
    with clock.installed(lambda: NOON):
        assert clock.now() == NOON
    assert clock.now() != NOON


# -- the trail ----------------------------------------------------------------------------------


def write_some(by, count: int = 5) -> list[AuditEvent]:
    with transaction.atomic():
        return [
            audit.write(
                "people.person_corrected", by=by, at=NOON + timedelta(seconds=n), about=uuid.uuid4()
            )
            for n in range(count)
        ]


def test_a_word_that_is_not_in_the_list_is_refused(by):
    with pytest.raises(ValueError, match="audit_words"):
        audit.write("people.person_admired", by=by, at=NOON)


def test_sealing_numbers_events_without_a_gap(by):
    write_some(by, 3)
    sealer.seal(at=NOON)
    write_some(by, 2)
    sealer.seal(at=NOON)
    assert list(AuditSeal.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert sealer.verify() == sealer.Verdict(True, 5, 5)


def test_the_trail_is_whole_before_anything_was_sealed(by):
    write_some(by, 2)
    assert sealer.verify().whole


def sealed_twice(by) -> None:
    write_some(by, 4)
    sealer.seal(at=NOON)
    write_some(by, 4)
    sealer.seal(at=NOON)


@pytest.mark.parametrize("sealed_before", [0, 1])
def test_a_trail_that_is_written_and_sealed_meanwhile_is_whole(by, monkeypatch, sealed_before):
    """The sealer works every second: who verifies a trail at work must not be frightened."""
    for _ in range(sealed_before):
        sealed_twice(by)
    write_some(by, 2)
    real = audit.mac_of
    meanwhile = [lambda: write_some(by, 1), lambda: sealer.seal(at=NOON)]

    def slow(event: AuditEvent) -> str:
        if meanwhile:
            meanwhile.pop()()
        return real(event)

    monkeypatch.setattr(audit, "mac_of", slow)
    assert sealer.verify().whole
    assert not meanwhile
    assert sealer.verify().whole


def test_a_batch_that_was_taken_away_is_found(by):
    sealed_twice(by)
    AuditBatch.objects.filter(first_number__gt=4).delete()
    assert sealer.verify().problem == "a seal without a batch"


def test_a_changed_event_is_found_and_named(by):
    sealed_twice(by)
    third = AuditSeal.objects.get(number=3)
    AuditEvent.objects.filter(pk=third.event).update(word="people.member_removed")
    verdict = sealer.verify()
    assert (verdict.whole, verdict.place) == (False, "number 3")


def test_an_event_changed_before_it_was_sealed_is_found(by):
    event = write_some(by, 1)[0]
    AuditEvent.objects.filter(pk=event.pk).update(result="refused")
    assert not sealer.verify().whole


def test_a_deleted_event_is_found_and_named(by):
    sealed_twice(by)
    AuditEvent.objects.filter(pk=AuditSeal.objects.get(number=6).event).delete()
    assert sealer.verify().place == "number 6"


def test_an_inserted_event_without_the_key_is_found(by):
    sealed_twice(by)
    AuditEvent.objects.create(at=NOON, word="people.member_removed", mac="0" * 64)
    assert not sealer.verify().whole


def test_two_events_that_changed_places_are_found(by):
    sealed_twice(by)
    one, two = AuditSeal.objects.get(number=2), AuditSeal.objects.get(number=3)
    pairs = [(2, two.event, two.event_mac), (3, one.event, one.event_mac)]
    AuditSeal.objects.filter(number__in=[2, 3]).delete()
    for number, event, mac in pairs:
        AuditSeal.objects.create(number=number, event=event, event_mac=mac)
    assert not sealer.verify().whole


def test_cutting_off_the_end_is_found_by_the_head_outside(by):
    sealed_twice(by)
    cut = AuditSeal.objects.filter(number__gt=4)
    AuditEvent.objects.filter(pk__in=list(cut.values_list("event", flat=True))).delete()
    cut.delete()
    AuditBatch.objects.filter(first_number__gt=4).delete()
    verdict = sealer.verify()
    assert (verdict.whole, verdict.place) == (False, "number 5")


def test_a_trail_written_anew_is_found_by_the_head_outside(by):
    sealed_twice(by)
    head = sealer.head_path().read_bytes()
    AuditSeal.objects.all().delete()
    AuditBatch.objects.all().delete()
    sealer.seal(at=NOON + timedelta(hours=1))
    sealer.head_path().write_bytes(head)
    assert not sealer.verify().whole


def test_a_lost_head_file_is_said_so(by):
    sealed_twice(by)
    sealer.head_path().unlink()
    assert "head file" in sealer.verify().problem


# -- actions within actions ----------------------------------------------------------------------


@action
def keep_word(*, by, at):
    audit.write("cases.concern_changed", by=by, at=at, about="one")


def test_an_action_that_joins_another_needs_no_savepoint_and_one_that_runs(by):
    @action
    def both(*, by, at):
        joined(keep_word)(by=by, at=at)

    with CaptureQueriesContext(connection) as asked:
        both(by=by, at=NOON)
    said = [each["sql"].split()[0] for each in asked.captured_queries]
    assert said.count("SAVEPOINT") == 1  # of the outer one: the test itself is a transaction
    assert AuditEvent.objects.filter(about="one").count() == 1


def test_an_action_cannot_join_what_does_not_run(by, monkeypatch):
    nothing_runs = SimpleNamespace(in_atomic_block=False)
    monkeypatch.setattr(actions_base.transaction, "get_connection", lambda: nothing_runs)
    with pytest.raises(RuntimeError, match="can only join"):
        joined(keep_word)(by=by, at=NOON)


# -- SQL that is made once ------------------------------------------------------------------------


def test_a_save_with_kept_sql_writes_what_the_orm_would_and_fails_as_it_does(sam, by, monkeypatch):
    def held(person):
        return Person.objects.unscoped("a test").filter(pk=person.pk).values().get()

    here = held(sam)
    monkeypatch.setattr(saving, "save", lambda row, **given: False)  # all by the ORM
    with writing():
        other = Person(institution=sam.institution, name="Sam Okafor", created_at=NOON)
        other.save(force_insert=True)
    monkeypatch.undo()
    theirs = held(other)
    for each in here:
        assert (here[each] == theirs[each]) is (each not in {"id", "name"}), each  # sealed apart
    with writing():
        sam.name, sam.created_at = "Sam O.", NOON + timedelta(days=1)
        sam.save(update_fields=["name"])
        assert held(sam)["created_at"] == NOON  # only what was named
        sam.save(update_fields=["created_at"])
        with pytest.raises(ValueError, match="nickname"):
            sam.save(update_fields=["nickname"])
        with pytest.raises(DatabaseError, match="is not there"):
            Person(pk=uuid.uuid4(), created_at=NOON).save(update_fields=["created_at"])
        with transaction.atomic(), pytest.raises(IntegrityError):
            Person(pk=sam.pk, institution=sam.institution, name="Twice").save(force_insert=True)
    again = Person.objects.visible_to(by).get(pk=sam.pk)
    assert (again.name, again.created_at) == ("Sam O.", NOON + timedelta(days=1))

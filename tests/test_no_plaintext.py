"""ID and telephone numbers stay sealed: a marked resident goes through a whole day, then every place is searched.

To add a place, write a function that answers what stands there and put it into `PLACES`; to add an act, put it into
`ACTS`. Every table of the database is searched as it is, so a new table needs nothing.
"""

import base64
import io
import logging
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import DomainError
from fenji.apps.notices.delivery import deliver
from fenji.apps.notices.models import Notice
from fenji.apps.referrals import actions as referrals
from fenji.apps.registry.posts import posts_of
from fenji.apps.residents import actions, search
from fenji.apps.residents.models import Resident
from fenji.apps.residents.particulars import Particulars
from fenji.config.logging import formatter
from fenji.exchange import actions as exchange
from fenji.exchange.exports import Asker, export
from fenji.kernel.identity import check_digit
from fenji.kernel.roles import Office
from tests.factories.world import World, make_world
from tests.web.entrance import client_of

_FIRST_17 = "44172119630917591"
ID = _FIRST_17 + check_digit(_FIRST_17)
PHONE, NEW_PHONE, PASSPORT = "13877665541", "13966554431", "K76543210"
MARKED = (ID, PHONE, NEW_PHONE, PASSPORT)
TABLES_USED = (
    "common_auditevent", "common_idempotencykey", "exchange_upload", "notices_attempt", "notices_notice",
    "procrastinate_jobs", "referrals_referral", "residents_merge", "residents_resident", "django_session",
)  # fmt: skip
NAME = "标记甲"


@dataclass
class Day:
    """What happens in one day, and what came out of it: pages, files, log lines."""

    world: World
    log: io.StringIO
    outbox: Path
    pages: list[str] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)

    def client(self, who: str) -> Client:
        return client_of(self.world, who)

    def keep(self, answer: object) -> str:
        page = answer.content.decode() + str(answer.headers)  # type: ignore[attr-defined]
        self.pages.append(page)
        return page

    @property
    def resident(self) -> Resident:
        return Resident.objects.get(name=NAME)


# --- acts of the day


def register_by_page(day: Day) -> None:
    client, address = day.client("nurse"), "/residents/new/mainland/"
    fields = {"name": NAME, "id_number": ID, "phone": PHONE, "idempotency_key": "once"}
    day.keep(client.post(address, fields))
    day.keep(client.post(address, fields))  # the same form sent twice


def find_by_number(day: Day) -> None:
    for who in ("nurse", "office"):
        for typed in (ID, PHONE, f"{NAME}{ID[-4:]}", f"  {ID[:6]} {ID[6:]}"):
            day.keep(day.client(who).post("/residents/", {"q": typed}))


def open_the_page(day: Day) -> None:
    day.keep(day.client("nurse").get(f"/residents/{day.resident.pk}/"))
    day.keep(day.client("nurse").get(f"/residents/{day.resident.pk}/correct/"))


def reveal(day: Day) -> None:
    """Shows the numbers by intent, so its answer is not kept; what it leaves behind is searched."""
    for what in ("id", "phone"):
        day.client("nurse").post(f"/residents/{day.resident.pk}/reveal/{what}/")


def register_again_elsewhere(day: Day) -> None:
    form = {"name": NAME, "id_number": ID, "phone": PHONE, "idempotency_key": "again"}
    day.keep(day.client("office").post("/residents/new/mainland/", form))


def correct(day: Day) -> None:
    told = Particulars("mainland", name=NAME, phone=NEW_PHONE)
    actions.correct(day.resident.pk, told, reason="居民更换了手机", by=day.world.nurse)


def write_a_number_into_a_reason(day: Day) -> None:
    told = Particulars("mainland", name=NAME)
    for reason in (f"他的身份证号是 {ID}", f"改为 {NEW_PHONE} 这个号码"):
        with pytest.raises(DomainError):
            actions.correct(day.resident.pk, told, reason=reason, by=day.world.nurse)


def come_as_a_visitor_and_be_merged(day: Day) -> None:
    visitor = actions.register(
        Particulars("passport", name=NAME + "乙", id_number=PASSPORT, sex=1, birth_date=date(1963, 9, 17), phone=PHONE),
        by=day.world.head,
    )
    kept, merged = day.resident.pk, visitor.pk
    day.keep(day.client("head").get("/residents/duplicates/"))
    day.keep(day.client("head").get(f"/residents/duplicates/{kept}/{merged}/"))
    actions.merge(kept_id=kept, merged_id=merged, reason="持护照与身份证，为同一人", by=day.world.head)


def refer(day: Day) -> None:
    """Opens jobs and notices that concern the resident."""
    world = day.world
    referrals.refer(day.resident.pk, world.form(), by=world.doctor, institution_id=world.township.pk)


def carry_notices_out(day: Day) -> None:
    """Each is told by SMS, into the demonstration's outbox."""
    for notice in Notice.objects.filter(state=Notice.State.WAITING, channel__in=("sms", "wecom")):
        deliver(notice.pk)


def break_the_glass(day: Day) -> None:
    (found,) = search.identify(day.world.city_physician, ID, day.world.at)
    client, address = day.client("city_physician"), f"/residents/emergency/{found.proof}/"
    day.keep(client.get(address))
    day.keep(client.post(address, {"reason": "昏迷送入抢救室，需查过敏史"}))


def import_a_list(day: Day) -> None:
    administrator = User.objects.create_user("importer", name="导入员", office=Office.SYSTEM)
    head = "居民编号,姓名,证件类型,证件号码,性别,出生日期,电话,镇街,住址,医保类型"
    bad = f"{head}\n1,{NAME},居民身份证,{ID[:-1]}A,男,,{PHONE},,{ID},\n2,乙,居民身份证,{ID},女,,{PHONE}9,,,\n"
    good = f"{head}\n1,{NAME},居民身份证,{ID},男,,{NEW_PHONE},,,\n"
    for content in (bad, good):
        upload = exchange.receive("residents", name="r.csv", content=content.encode(), by=administrator, system="his")
        if not upload.fault_count:
            exchange.confirm(upload.pk, by=administrator)


def export_lists(day: Day) -> None:
    head = day.world.head
    asker = Asker(head, posts_of(head, day.world.at.date()), day.world.at)
    day.files += [export(what, asker) for what in ("residents", "figures")]


def look_at_the_trail(day: Day) -> None:
    User.objects.create_user("auditor", name="审计员", office=Office.AUDIT)
    day.world.people["auditor"] = User.objects.get(username="auditor")
    for address in ("/administration/audit/", "/administration/emergencies/"):
        day.keep(day.client("auditor").get(address))


def fail(day: Day) -> None:
    """An error with the number in its hands."""
    try:
        raise RuntimeError(f"could not send to {PHONE} of {ID}")
    except RuntimeError:
        logging.getLogger("fenji.web").exception("sending to %s failed", PHONE)


ACTS: list[Callable[[Day], None]] = [
    register_by_page, find_by_number, open_the_page, reveal, register_again_elsewhere, correct,
    write_a_number_into_a_reason, come_as_a_visitor_and_be_merged, refer, break_the_glass, carry_notices_out,
    import_a_list, export_lists, look_at_the_trail, fail,
]  # fmt: skip


# --- places


def tables(day: Day) -> Iterator[tuple[str, str]]:
    """Every row of every table, as PostgreSQL prints it, bytes as hex: audit, keys, notices, jobs, sessions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")
            yield f"table {table}", cursor.fetchone()[0]


def answers(day: Day) -> Iterator[tuple[str, str]]:
    for number, page in enumerate(day.pages):
        yield f"page {number}", page


def exports(day: Day) -> Iterator[tuple[str, str]]:
    for number, content in enumerate(day.files):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            for name in book.namelist():
                yield f"export {number}, {name}", book.read(name).decode(errors="replace")


def messages_sent(day: Day) -> Iterator[tuple[str, str]]:
    for path in day.outbox.glob("*.jsonl"):
        yield f"outbox {path.name}", path.read_text()


def log_lines(day: Day) -> Iterator[tuple[str, str]]:
    yield "log", day.log.getvalue()


PLACES: list[Callable[[Day], Iterator[tuple[str, str]]]] = [tables, answers, exports, messages_sent, log_lines]


# --- the search


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the process would write to its log, through the product's own formatter."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def day(db: None, clock: Frozen, log: io.StringIO, settings: Any, tmp_path: Path) -> Day:
    settings.DEMONSTRATION, settings.OUTBOX = True, tmp_path
    day = Day(make_world(clock.at), log, tmp_path)
    for act in ACTS:
        act(day)
    return day


def disguises(number: str) -> set[str]:
    """The number as it might stand somewhere: plain, in a byte column, in base64 at any offset."""
    plain = number.encode()
    inner = {base64.b64encode(b"\0" * shift + plain).decode()[4 * (shift > 0) : -4] for shift in range(3)}
    return {number, number.lower(), plain.hex(), *(text for text in inner if len(text) > 8)}


def findings(day: Day) -> list[str]:
    wanted = {disguise for number in MARKED for disguise in disguises(number)}
    return [where for place in PLACES for where, text in place(day) if any(one in text for one in wanted)]


def test_no_place_holds_an_id_or_telephone_number(day: Day) -> None:
    assert findings(day) == []


def test_the_day_left_its_traces_in_every_place(day: Day) -> None:
    """Else the search above would find nothing because nothing is there."""
    filled = {where.split(" ")[0] for place in PLACES for where, text in place(day) if text}
    assert filled == {"table", "page", "export", "outbox", "log"}
    traces = dict(tables(day))
    for table in (
        "common_auditevent",
        "common_idempotencykey",
        "notices_notice",
        "procrastinate_jobs",
        "residents_merge",
    ):
        assert traces[f"table {table}"], table
    assert NAME in traces["table residents_resident"]
    assert "138****" in "".join(day.pages)
    assert "[手机号码]" in day.log.getvalue()


@pytest.mark.parametrize("where", ["name", "address", "id_sealed"])
def test_the_search_finds_what_is_planted(day: Day, where: str) -> None:
    planted: object = PHONE.encode() if where == "id_sealed" else PHONE
    Resident.objects.filter(name=NAME).update(**{where: planted})
    assert findings(day) == ["table residents_resident"]

"""Receive a file, try it out, confirm it, load it.

The dry run is the load itself, rolled back: it finds what the load would find, and leaves nothing. A file is loaded in
one transaction, or not at all. Two loads of one kind follow each other, so that the second sees what the first did.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from procrastinate.contrib.django import app

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock, sealing
from fenji.apps.common.masking import masked
from fenji.apps.registry.models import Membership
from fenji.exchange import policies
from fenji.exchange.errors import NoSuchUpload, NotReady
from fenji.exchange.kinds.kind import Kind, Run
from fenji.exchange.models import Upload, UploadState
from fenji.exchange.progress import reported
from fenji.exchange.sheets import rows_of
from fenji.exchange.table import Outcome, read_table

AT_ONCE = 300  # rows; what is longer is done by the worker
KEPT_FOR = timedelta(hours=24)
Told = Callable[[int], None]


def receive(
    kind_code: str,
    *,
    name: str,
    content: bytes,
    by: User | None,
    posts: Sequence[Membership] = (),
    system: str = "",
    also: Told | None = None,
) -> Upload:
    """Take a file in and try it out: at once when it is short, else by the worker. Nothing is loaded.

    `system` says whose codes the rows carry; an institution's own file carries the institution's. `by=None` is the
    command line; `also` is told how many rows are done. Raises FileRefused, NotYourImport.
    """
    kind = policies.kind_called(kind_code)
    institution = policies.scope(by, kind, posts) if by is not None else None
    _rows, outcome = read_table(rows_of(content, name), kind.columns)
    is_long = outcome.rows > AT_ONCE and by is not None
    upload = Upload(
        kind=kind.code,
        system=institution.code if institution is not None else (system.strip()[:40] or "spreadsheet"),
        institution=institution,
        file_name=masked("".join(name.replace("\x00", "").split("/"))[-120:]),
        sha256=hashlib.sha256(content).hexdigest(),
        rows=outcome.rows,
        by=by,
        at=clock.now(),
    )
    upload.content_sealed = sealing.seal(base64.b64encode(content).decode(), context=_context(upload))
    with transaction.atomic():
        upload.save(force_insert=True)
        audit.record("import.receive", upload, by=by, at=upload.at, details={"kind": kind.code, "rows": outcome.rows})
        if is_long:
            app.configure_task("exchange.check", lock=f"upload:{upload.pk}").defer(upload_id=str(upload.pk))
    return upload if is_long else check(upload.pk, also=also)


def check(upload_id: UUID, *, also: Told | None = None) -> Upload:
    """The dry run. Checking twice changes nothing."""
    return _run(upload_id, {UploadState.RECEIVED}, keep=False, also=also)


@transaction.atomic
def confirm(upload_id: UUID, *, by: User | None, also: Told | None = None) -> Upload:
    """Load what was checked, at once or by the worker; confirming twice loads once. Raises NotReady, NoSuchUpload."""
    upload = Upload.objects.select_for_update(of=("self",)).filter(pk=upload_id, by=by).first()
    if upload is None:
        raise NoSuchUpload
    if upload.state in {UploadState.CONFIRMED, UploadState.LOADED}:
        return upload
    if upload.state != UploadState.CHECKED:
        raise NotReady
    upload.state, upload.done = UploadState.CONFIRMED, 0
    upload.save(update_fields=["state", "done"])
    audit.record("import.confirm", upload, by=by, details={"kind": upload.kind, "rows": upload.rows})
    if upload.rows > AT_ONCE and by is not None:
        app.configure_task("exchange.load", lock=f"upload:{upload.pk}").defer(upload_id=str(upload.pk))
        return upload
    return load(upload.pk, also=also)


def load(upload_id: UUID, *, also: Told | None = None) -> Upload:
    """Load a confirmed file, whole or not at all. Loading twice changes nothing."""
    return _run(upload_id, {UploadState.CONFIRMED}, keep=True, also=also)


def forget_old_files(at: datetime) -> int:
    """Take away what was uploaded and never confirmed; returns how many."""
    old = Upload.objects.filter(at__lt=at - KEPT_FOR, content_sealed__isnull=False)
    return old.update(content_sealed=None, state=UploadState.EXPIRED)


def _run(upload_id: UUID, states: set[UploadState], *, keep: bool, also: Told | None) -> Upload:
    """Go through a file once, if it still stands in one of the states; write down what came of it."""
    with transaction.atomic():
        _one_at_a_time(upload_id)
        upload = Upload.objects.select_related("by", "institution").get(pk=upload_id)
        if upload.state not in states:
            return upload
        kind = policies.kind_called(upload.kind)
        with reported(upload.pk, also) as report:
            outcome = _tried(upload, kind, report, keep=keep)
        _settle(upload, outcome, keep=keep)
    return upload


def _tried(upload: Upload, kind: Kind, report: Told, *, keep: bool) -> Outcome:
    """The load, kept only if it was asked for and nothing was at fault."""
    at = clock.now()
    rows, outcome = read_table(rows_of(_content(upload), upload.file_name), kind.columns)
    acting = None if kind.by_machine and upload.institution is None else upload.by
    if keep:
        _one_load_of(kind)
    with transaction.atomic():
        run = Run(upload.system, upload.institution, acting, at, report)
        kind.load(rows, run, outcome)
        outcome.refuse(kind.besides(outcome.broken, run))
        if not keep or outcome.fault_count:
            transaction.set_rollback(True)
    return outcome


def _settle(upload: Upload, outcome: Outcome, *, keep: bool) -> None:
    is_loaded = keep and not outcome.fault_count
    upload.rows = upload.done = outcome.rows
    upload.new, upload.changed = outcome.new, outcome.changed
    by_row = sorted(outcome.faults, key=lambda fault: fault.row)
    upload.faults, upload.fault_count = [asdict(fault) for fault in by_row], outcome.fault_count
    if outcome.fault_count:
        upload.state = UploadState.REFUSED
    else:
        upload.state = UploadState.LOADED if is_loaded else UploadState.CHECKED
    if upload.state != UploadState.CHECKED:
        upload.content_sealed = None
    if is_loaded:
        upload.loaded_at = clock.now()
        details = {"kind": upload.kind, "new": upload.new, "changed": upload.changed, "sha256": upload.sha256}
        audit.record("import.load", upload, by=upload.by, at=upload.loaded_at, details=details)
    upload.save()


def _one_at_a_time(upload_id: UUID) -> None:
    """A lock that is no row lock, so that progress can be written beside the run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"exchange:{upload_id}"])


def _one_load_of(kind: Kind) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"exchange:{kind.code}"])


def _context(upload: Upload) -> str:
    return f"exchange.upload:{upload.pk}"


def _content(upload: Upload) -> bytes:
    if upload.content_sealed is None:
        raise NotReady
    return base64.b64decode(sealing.unseal(bytes(upload.content_sealed), context=_context(upload)))

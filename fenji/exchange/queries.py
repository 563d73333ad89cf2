"""Uploads as their senders look for them."""

from uuid import UUID

from django.db.models import QuerySet

from fenji.apps.accounts.models import User
from fenji.exchange.errors import NoSuchUpload
from fenji.exchange.models import Upload


def uploads_of(user: User) -> QuerySet[Upload]:
    """A person's own imports, newest first."""
    return Upload.objects.filter(by=user).select_related("institution").defer("content_sealed").order_by("-at")


def upload_of(user: User, upload_id: UUID) -> Upload:
    """One of the person's own imports; the same NoSuchUpload for absent and another's."""
    found = uploads_of(user).filter(pk=upload_id).first()
    if found is None:
        raise NoSuchUpload
    return found

"""Two rows are one person: a link to the row that is kept, undone by taking the link away. No foreign key is rewritten.

The link is always one step long, so that every reader finds the kept row at once; what a merge moved is known from
the `Merge` rows. Rows are locked in the order of their ids.
"""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.locks import patience
from fenji.apps.registry.models import Membership
from fenji.apps.residents import identity, policies, queries, relations
from fenji.apps.residents.errors import AlreadyMerged, AlreadyRegistered, MergeUndone
from fenji.apps.residents.models import IdKind, Merge, Resident


def merge(*, kept_id: UUID, merged_id: UUID, reason: str, by: User) -> Merge:
    """Say that `merged_id` is the same person as `kept_id`, whose row stays.

    Needs a post that may merge and a care relation to both. Raises AlreadyMerged when either was merged away meanwhile,
    Invalid when the two show different ID numbers or the row with the number would not be the one kept.
    """
    reason = policies.check_reason(reason)
    with patience():
        at = clock.now()
        post = _merging_post(by, at)
        kept, merged = _lock_pair(kept_id, merged_id)
        _check_same_person(kept, merged)
        for row in (kept, merged):
            if relations.relation_for(by, row.pk, at) is None:
                raise NotFound
        made = Merge.objects.create(kept=kept, merged=merged, by=by, at=at, reason=reason)
        Resident.objects.filter(Q(pk=merged.pk) | Q(merged_into=merged)).update(merged_into=kept)
        _record("resident.merge", made, post, by=by, at=at, reason=reason)
    return made


def unmerge(merge_id: int, *, reason: str, by: User) -> Merge:
    """Take a merge back: the row stands for itself again, with those that had been merged into it.

    Raises MergeUndone the second time, AlreadyRegistered when both rows hold the same ID number.
    """
    reason = policies.check_reason(reason)
    with patience():
        at = clock.now()
        post = _merging_post(by, at)
        made = Merge.objects.filter(pk=merge_id).first()
        if made is None or relations.relation_for(by, made.merged_id, at) is None:
            raise NotFound
        _lock_all({made.kept_id, made.merged_id, *queries.family_of_ids(made.merged_id)})
        if not Merge.objects.filter(pk=merge_id, undone_at=None).update(undone_at=at, undone_by=by):
            raise MergeUndone
        made.refresh_from_db()
        _give_back(made)
        _record("resident.unmerge", made, post, by=by, at=at, reason=reason)
    return made


def _lock_pair(kept_id: UUID, merged_id: UUID) -> tuple[Resident, Resident]:
    if kept_id == merged_id:
        raise Invalid(_("请选择两条不同的登记。"))
    rows = {row.pk: row for row in _lock_all({kept_id, merged_id})}
    if len(rows) != 2:
        raise NotFound
    if any(row.merged_into_id for row in rows.values()):
        raise AlreadyMerged
    return rows[kept_id], rows[merged_id]


def _lock_all(ids: set[UUID]) -> list[Resident]:
    return list(Resident.objects.select_for_update().filter(pk__in=ids).order_by("id"))


def _check_same_person(kept: Resident, merged: Resident) -> None:
    if merged.id_hash is None:
        return
    if kept.id_hash is None:
        raise Invalid(_("请保留有证件号码的那一条登记。"))
    both_mainland = kept.id_kind == merged.id_kind == IdKind.MAINLAND
    if both_mainland and identity.id_number(kept) != identity.id_number(merged):
        raise Invalid(_("两条登记的身份证号不同，不能合并。"), remedy=_("如其中一个号码登记有误，请先更正。"))


def _give_back(made: Merge) -> None:
    """The merged row and those under it, as the merges still standing say, point to it again."""
    below, found = [made.merged_id], [made.merged_id]
    while found:
        found = list(Merge.objects.filter(kept_id__in=found, undone_at=None).values_list("merged_id", flat=True))
        below += found
    try:
        with transaction.atomic():
            Resident.objects.filter(pk=made.merged_id).update(merged_into=None)
    except IntegrityError as error:
        raise AlreadyRegistered(made.kept_id) from error
    Resident.objects.filter(pk__in=below[1:]).update(merged_into_id=made.merged_id)


def _merging_post(by: User, at: datetime) -> Membership:
    posts = queries.reading_posts(by, at)
    policies.check_can_merge(posts)
    return next(post for post in posts if post.role in policies.MERGING_ROLES)


def _record(verb: str, made: Merge, post: Membership, *, by: User, at: datetime, reason: str) -> None:
    for resident_id in (made.kept_id, made.merged_id):
        audit.record(
            verb, made, by=by, at=at, resident_id=resident_id, institution_id=post.institution_id, reason=reason,
            details={"kept": str(made.kept_id), "merged": str(made.merged_id)},
        )  # fmt: skip

"""Who may see the patient because of a referral: the sender from the start, the receiver from the sending on."""

from fenji.apps.referrals.actions.moving import Act
from fenji.apps.residents.models import CareRelation, CareRelationKind
from fenji.apps.residents.relations import close_relations, open_relation

KEPT_DAYS = 30  # after the end the record stays readable for questions


def open_for_sender(act: Act) -> None:
    _open(act, act.referral.sender_id, CareRelationKind.REFERRAL_SENT)


def open_for_receiver(act: Act) -> None:
    if act.referral.receiver_id:
        _open(act, act.referral.receiver_id, CareRelationKind.REFERRAL_RECEIVED)


def close_for_receiver(act: Act) -> None:
    """A receiver that refused has no further business with the patient."""
    CareRelation.objects.filter(
        cause_kind="referral",
        cause_id=str(act.referral.pk),
        kind=CareRelationKind.REFERRAL_RECEIVED,
        until_at__isnull=True,
    ).update(until_at=act.at)


def close_all(act: Act) -> None:
    close_relations(cause_kind="referral", cause_id=str(act.referral.pk), at=act.at, keep_days=KEPT_DAYS)


def _open(act: Act, institution_id: int, kind: CareRelationKind) -> None:
    open_relation(
        act.referral.resident_id,
        institution_id=institution_id,
        kind=kind,
        cause_kind="referral",
        cause_id=str(act.referral.pk),
        at=act.at,
    )

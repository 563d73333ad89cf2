"""Which referrals a resident is told of: all of their own but drafts, which are still the doctor's sheet."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from fenji.apps.referrals import queries
from fenji.apps.referrals.errors import ReferralNotFound
from fenji.apps.referrals.models import Referral, Step
from fenji.apps.residents.queries import family_of_ids
from fenji.kernel.referral import STATES, Party, State
from fenji.web.resident.person import ResidentRequest

DRAFTING = ("draft", "edit", "discard")  # a referral with no other step never left its writer


def referrals_told(resident_ids: Iterable[UUID]) -> QuerySet[Referral]:
    """The person's referrals (pass every merged row's id), newest first, with all that the pages print."""
    put_forward = Step.objects.filter(referral=OuterRef("pk")).exclude(action__in=DRAFTING)
    found = queries.referrals_of(resident_ids).filter(Exists(put_forward))
    return found.select_related("resident", "sender_team", "sent_by")


def own_referral(request: ResidentRequest, referral_id: UUID) -> Referral:
    """One referral of the person shown, the reading recorded; raises ReferralNotFound for every other."""
    _referral, parties = queries.access_referral(request.user, referral_id, at=request.at)
    found = referrals_told(family_of_ids(request.resident.pk)).filter(pk=referral_id).first()
    if found is None or Party.RESIDENT not in parties:
        raise ReferralNotFound(remedy=_("如果是家人的转诊，请先在“家人”中换人。"))
    return found


def still_going(referrals: Iterable[Referral]) -> list[Referral]:
    """The open ones; of a referral that waits for the next one only the next is named."""
    open_now = [referral for referral in referrals if STATES[State(referral.state)].is_open]
    followed = {referral.parent_id for referral in open_now}
    return [referral for referral in open_now if referral.pk not in followed]

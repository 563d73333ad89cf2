"""The examinations of a referral: their times are booked with the sending, given back when the patient does not come.

They are taken after the clinic's place and before beds and theatres, as `common.locks` orders.
"""

from collections.abc import Collection

from django.db.models import Q
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking import exam_bundle
from fenji.apps.booking.examinations import QUESTION
from fenji.apps.booking.models import ExamItem, Place
from fenji.apps.booking.policies import LIVING, ORDERERS
from fenji.apps.common.errors import Forbidden, Invalid
from fenji.apps.referrals import rules
from fenji.apps.referrals.actions.effects.places import live_booking, uses_places
from fenji.apps.referrals.actions.moving import Act
from fenji.apps.referrals.exam_wishes import KEY, examinations_of
from fenji.apps.referrals.parties import posts_with_cover
from fenji.kernel.roles import Role

MAY_ORDER = ORDERERS | {Role.PROGRAM}  # a program writes what a doctor of its house decided


def take_as_wished(act: Act) -> None:
    """The soonest time of each as last written; what is kept already stays, what is not wished for any more goes back.

    Raises ExaminationTaken naming the one that has no time, Invalid where none may be booked.
    """
    referral, wished = act.referral, examinations_of(act.referral)
    if wished is None or act.by is None:
        return
    _end(act, keeping=wished)
    kept = list(exam_bundle.of_referral(referral.pk, referral.resident_id))
    missing = [one for one in wished if one not in {order.item_id for order in kept}]
    if not missing:
        return
    if not uses_places(referral):
        raise Invalid(fields={KEY: _("急诊和下转不能同时约检查，到院后由医院安排。")})
    exam_bundle.order_all(
        referral.resident_id, _items(act, missing), str(referral.slip.get("history", ""))[:QUESTION],
        referral_id=referral.pk, ordered_from_id=referral.sender_id, beside=_places(act),
        by=_orderer(act, act.by), at=act.at,
    )  # fmt: skip


def give_back(act: Act) -> None:
    """The patient does not come by this referral: what is still ahead is free again."""
    _end(act)


def _end(act: Act, keeping: Collection[int] = ()) -> None:
    referral, reason = act.referral, str(act.given.note or act.move.name)
    exam_bundle.give_back(
        referral.pk, referral.resident_id, reason, by=act.by, at=act.at, keeping=keeping
    )  # fmt: skip


def _items(act: Act, wanted: list[int]) -> list[ExamItem]:
    """In the order wished for; all of the house the referral goes to, and offered there now."""
    offered = Q(valid_until=None) | Q(valid_until__gt=rules.day_of(act.at))
    found = ExamItem.objects.filter(offered, institution_id=act.referral.receiver_id or 0).in_bulk(wanted)
    if len(found) < len(wanted):
        raise Invalid(fields={KEY: _("所选检查不是接收机构现在开展的，请重新选择。")})
    return [found[one] for one in wanted]


def _places(act: Act) -> list[Place]:
    """Where the patient is already expected by this referral."""
    referral = act.referral
    kept = exam_bundle.of_referral(referral.pk, referral.resident_id)
    times = [one.place for order in kept for one in order.bookings.all() if one.state in LIVING]
    clinic = live_booking(referral, act.at)
    return [*times, clinic.place] if clinic else times


def _orderer(act: Act, by: User) -> User:
    """Who sends; in the name of who wrote it where somebody sends who may not order, such as an office."""
    for one in (by, act.referral.sent_by):
        posts = [post for post in posts_with_cover(one, act.at) if post.institution_id == act.referral.sender_id]
        if any(Role(post.role) in MAY_ORDER for post in posts):
            return one
    raise Forbidden(_("检查由医生申请。"))

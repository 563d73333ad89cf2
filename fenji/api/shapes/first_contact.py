"""How the city's rule of first contact judged a referral or a booking."""

from datetime import datetime

from ninja import Schema

from fenji.apps.referrals.models import FirstContact


class FirstContactShown(Schema):
    """`counts`: it is a first contact as the rule wants it; `text` says on what ground, then what that rests on."""

    rule: str
    counts: bool
    code: str
    text: str
    source: str
    clause: str
    basis: str
    rulebook_version: str
    judged_at: datetime


def first_contact_shown(one: FirstContact | None) -> FirstContactShown | None:
    if one is None:
        return None
    return FirstContactShown(
        rule=one.rule, counts=one.counts, code=one.code, text=one.text, source=one.source_title, clause=one.clause,
        basis=one.basis, rulebook_version=one.rulebook_version, judged_at=one.judged_at,
    )  # fmt: skip

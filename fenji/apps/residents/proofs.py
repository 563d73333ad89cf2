"""A short-lived, signed note that somebody found a resident by something only the patient could show."""

from datetime import UTC, datetime
from uuid import UUID

from django.core import signing

from fenji.apps.accounts.models import User
from fenji.apps.residents.errors import ProofExpired
from fenji.apps.residents.policies import PROOF_LASTS

SALT = "residents.proof"


def make(resident_id: UUID, user: User, at: datetime) -> str:
    """The note; it names the resident and the finder and carries no ID, phone or card number."""
    return signing.dumps([str(resident_id), user.pk, at.timestamp()], salt=SALT)


def read(proof: str, user: User, at: datetime) -> UUID:
    """The resident of a proof; raises ProofExpired when it is older than `PROOF_LASTS`, changed or another person's."""
    try:
        resident_id, user_id, made = signing.loads(proof, salt=SALT)
    except signing.BadSignature:
        raise ProofExpired from None
    if user_id != user.pk or at - datetime.fromtimestamp(made, UTC) > PROOF_LASTS:
        raise ProofExpired
    return UUID(resident_id)

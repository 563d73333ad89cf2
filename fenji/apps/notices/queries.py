"""Reading notices: what lies on a desk, what a resident was told, who is to be called, what did not arrive."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from fenji.apps.notices.models import Attempt, Notice

Post = tuple[int, int | None]  # institution, department: from which one reads


def inbox(user_id: int, posts: Iterable[Post]) -> QuerySet[Notice]:
    """A person's own notices, those of their departments, and those to a whole institution; newest first."""
    held = list(posts)
    institutions = {institution for institution, _ in held}
    departments = {department for _, department in held if department is not None}
    shared = Q(institution_id__in=institutions, department_id=None) | Q(department_id__in=departments)
    mine = Q(user_id=user_id) | (shared & Q(user=None))
    return Notice.objects.filter(mine, channel=Notice.Channel.DESK, resident_id=None).order_by("-made_at", "-pk")


def unread_count(user_id: int, posts: Iterable[Post]) -> int:
    return inbox(user_id, posts).filter(read_at=None).count()


def notices_of(resident_ids: Iterable[UUID]) -> QuerySet[Notice]:
    """What a resident was told, on the own page, newest first; give all ids of a merged person."""
    found = Notice.objects.filter(resident_id__in=list(resident_ids), channel=Notice.Channel.DESK)
    return found.order_by("-made_at", "-pk")


def call_list(posts: Iterable[Post]) -> QuerySet[Notice]:
    """Whom an institution has to telephone, oldest first, with earlier tries."""
    held = list(posts)
    institutions = {institution for institution, _ in held}
    departments = {department for _, department in held if department is not None}
    whose = Q(institution_id__in=institutions, department_id=None) | Q(department_id__in=departments)
    waiting = Notice.objects.filter(whose, channel=Notice.Channel.CALL, state=Notice.State.WAITING)
    return _with_attempts(waiting.order_by("made_at", "pk"))


def undelivered(
    *, at: datetime, after: timedelta = timedelta(minutes=15), institution_ids: Iterable[int] | None = None
) -> QuerySet[Notice]:
    """What did not arrive: failed for good, or still waiting `after` it was made; newest first, with its tries.

    `institution_ids` narrows to those institutions; without it the whole city, those with no institution included.
    """
    late = Q(state=Notice.State.FAILED) | Q(state=Notice.State.WAITING, made_at__lt=at - after)
    found = Notice.objects.filter(late).exclude(channel=Notice.Channel.DESK)
    if institution_ids is not None:
        found = found.filter(institution_id__in=list(institution_ids))
    return _with_attempts(found.select_related("user").order_by("-made_at", "-pk"))


def about(cause: tuple[str, str]) -> QuerySet[Notice]:
    """Every notice a cause made, oldest first."""
    return _with_attempts(Notice.objects.filter(cause_kind=cause[0], cause_id=cause[1]).order_by("made_at", "pk"))


def _with_attempts(found: QuerySet[Notice]) -> QuerySet[Notice]:
    return found.prefetch_related(Prefetch("attempts", Attempt.objects.order_by("at", "pk")))

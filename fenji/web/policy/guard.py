"""Who changes rules: insurer and commission read the drafts; those of the whole city write and decide."""

from django.http import HttpRequest

from fenji.apps.common.policy_changes import OFFICERS, Officer, may_change
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Tier
from fenji.web.roles import PostRequest, has_role, requires_role

for_reviewers = requires_role(*OFFICERS)


def is_reviewer(request: HttpRequest) -> bool:
    return has_role(request, *OFFICERS)


def may_draft(request: HttpRequest) -> bool:
    post = getattr(request, "post", None)
    return post is not None and may_change(Role(post.role), Tier(post.institution.tier))


def officer_of(request: PostRequest) -> Officer:
    post = request.post
    return Officer(request.user, Role(post.role), Tier(post.institution.tier), post.institution_id)

"""The API as it is served: routers, authentication, the shape of errors, the description in OpenAPI."""

from ninja import NinjaAPI

from fenji import __doc__ as about
from fenji.api.callers import Session, Token
from fenji.api.errors import answer_errors
from fenji.api.reading import StrictParser
from fenji.api.rendering import MaskingRenderer
from fenji.api.routers import (
    after_care,
    beds,
    blocks,
    bookings,
    catalogue,
    claims,
    clinics,
    contracts,
    enrolments,
    examinations,
    figures,
    imports,
    notices,
    referrals,
    registry,
    residents,
    waiting_list,
)

ROUTERS = (
    registry,
    residents,
    contracts,
    catalogue,
    clinics,
    bookings,
    waiting_list,
    examinations,
    blocks,
    beds,
    referrals,
    after_care,
    claims,
    enrolments,
    figures,
    notices,
    imports,
)

api = NinjaAPI(
    title="Fenji 分级",
    version="1",
    description=(about or "").strip(),
    urls_namespace="api-v1",
    docs_url=None,  # a page of our own, without inline scripts and styles
    openapi_url=None,
    auth=[Token(), Session()],
    parser=StrictParser(),
    renderer=MaskingRenderer(),
)
for module in ROUTERS:
    api.add_router("", module.router)
answer_errors(api)

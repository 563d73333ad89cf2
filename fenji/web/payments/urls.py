"""Addresses of the pages about paying."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from fenji.kernel.roles import PRIMARY, Role
from fenji.web.navigation import Entry
from fenji.web.payments import (
    bills,
    cases,
    clearing,
    compared,
    enrolments,
    estimate,
    fund,
    shortfalls,
    spending,
    statements,
)

INSURER = frozenset({Role.INSURER})

NAVIGATION = (
    Entry(_("基金"), "fund", "banknotes", roles=INSURER, also=("/insurer/compared/",)),
    Entry(_("补差待决"), "shortfalls", "scale", roles=INSURER),
    Entry(_("参保"), "enrolments", "identification", roles=INSURER),
    Entry(_("监管案件"), "cases", "magnifying-glass-circle", roles=INSURER | {Role.REFERRAL_OFFICE, Role.PRIMARY_HEAD}),
    Entry(_("月结算单"), "statements", "document-currency-yen", roles=INSURER, also=("/insurer/clearing/",)),
    Entry(_("居民费用"), "spending", "wallet", roles=PRIMARY),
    Entry(_("费用预估"), "estimate", "calculator", roles=estimate.COUNTER - {Role.REFERRAL_OFFICE}),
    Entry(_("账单"), "my_bills", "receipt-percent", residents=True),
)

urlpatterns = [
    path("insurer/fund/", fund.fund, name="fund"),
    path("insurer/shortfalls/", shortfalls.waiting, name="shortfalls"),
    path("insurer/shortfalls/<int:shortfall_id>/", shortfalls.decide, name="shortfall"),
    path("insurer/enrolments/", enrolments.find, name="enrolments"),
    path("insurer/enrolments/<uuid:resident_id>/", enrolments.one, name="enrolment"),
    path("insurer/statements/", statements.month, name="statements"),
    path("insurer/clearing/", clearing.year, name="clearing"),
    path("insurer/clearing/<int:year>/<int:institution_id>/", clearing.one, name="clearing_of"),
    path("insurer/compared/", compared.compared, name="compared"),
    path("family-doctor/spending/", spending.residents, name="spending"),
    path("family-doctor/spending/<uuid:resident_id>/", spending.show, name="spending_of"),
    path("estimate/", estimate.estimate, name="estimate"),
    path("estimate/<uuid:resident_id>/", estimate.estimate_for, name="estimate_for"),
    path("cases/", cases.waiting, name="cases"),
    path("cases/<uuid:case_id>/", cases.show, name="case"),
    path("bills/<uuid:claim_id>/", bills.show, name="bill"),
    path("me/bills/", bills.mine, name="my_bills"),
]

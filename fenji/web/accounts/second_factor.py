"""Enrolling the authenticator app, and new recovery codes. The code typed to enrol is used up by it."""

from typing import Any

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from django.db import transaction
from django.http import HttpResponse

from fenji.apps.accounts import second_factor


class EnrolPage(ActivateTOTPView):
    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        second_factor.record_enrolment(form.user)
        used = second_factor.accept(form.user, form.cleaned_data["code"])
        if used is not None:
            used.user = form.user
            post_authentication(self.request, used, reauthenticated=True)  # so the recovery codes show at once
        return response


class NewCodesPage(GenerateRecoveryCodesView):
    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        second_factor.record_new_codes(form.user)
        return response

"""The box into which a diagnosis is typed where nothing can be asked back beside it."""

from typing import Any

from django import forms

from fenji.web.family_doctor.diagnosis import unclear_words, uncoded_words

LENGTH = 90


class DiagnosisField(forms.CharField):
    """Code, name or initials; initials that fit several diagnoses are refused with those they may mean."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LENGTH, **options)

    def validate(self, value: str) -> None:
        super().validate(value)
        if words := unclear_words(value):
            raise forms.ValidationError(words)


class CodedDiagnosisField(DiagnosisField):
    """Where the code alone is kept: words of one's own are refused and not lost."""

    def validate(self, value: str) -> None:
        super().validate(value)
        if words := uncoded_words(value):
            raise forms.ValidationError(words)

"""The small forms of the pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from common.days import DayField
from common.text import LinesField


class ForecastForm(forms.Form):
    """One lead's forecast; ``based_on`` is the version of the assignment that the page showed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""  # as on every other form

    assignment = forms.IntegerField(widget=forms.HiddenInput)
    based_on = forms.IntegerField(widget=forms.HiddenInput)
    forecast_on = DayField(
        label=gettext_lazy("Forecast"),
        required=False,
        help_text=gettext_lazy("The date on which you expect to finish. Leave it empty to withdraw the forecast."),
    )
    reason = LinesField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        help_text=gettext_lazy("Visible to the other side. The agreed deadline does not change."),
        widget=forms.Textarea({"rows": 2}),
    )

"""Form fields: which kind of control a field is, and the widget tied to its help and error by ids."""

from django.forms import BoundField, widgets
from django.utils.safestring import SafeString

GROUPS = (widgets.RadioSelect, widgets.CheckboxSelectMultiple)


def control_kind(field: BoundField) -> str:
    """group (radios, checkboxes), check (one checkbox), file, area, select or line."""
    widget = field.field.widget
    if isinstance(widget, GROUPS):
        return "group"
    if isinstance(widget, widgets.CheckboxInput):
        return "check"
    if isinstance(widget, widgets.FileInput):
        return "file"
    if isinstance(widget, widgets.Textarea):
        return "area"
    return "select" if isinstance(widget, widgets.Select) else "line"


def control(field: BoundField, extra: str = "") -> SafeString:
    """The widget as HTML with `aria-describedby` for the help and error that c-field prints; `extra` are more ids."""
    described = [extra] if extra else []
    if field.help_text:
        described.append(f"{field.auto_id}_help")
    attrs: dict[str, str | bool] = {}
    if field.errors:
        described.append(f"{field.auto_id}_error")
        attrs["aria-invalid"] = "true"
    if described and not isinstance(field.field.widget, GROUPS):
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)

"""Single fields of a shared file, refused with their line."""

from collections.abc import Collection
from difflib import get_close_matches

from core.comparison.plain_yaml import Fields, Items, Piece, fault, json_of, texts_of
from core.errors import UsageError

_MOST_VERSIONS = 2**31 - 1


def check_names(piece: Fields, known: Collection[str], above: str = "") -> None:
    """Refuse a field that is not known. `above` says where the names stand, `few_shot.`."""
    for name, line in piece.lines.items():
        if name not in known:
            close = get_close_matches(name, list(known), n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
            raise fault(
                "unknown_field",
                line,
                f"unknown field {name[:80]!r}; {hint}",
                field=above + name[:80],
                suggestion=close[0] if close else "",
                known=", ".join(known),
            )


def text_of(piece: Fields, name: str, above: str = "") -> str:
    """A text; empty when the field is not there, or has nothing."""
    found = piece.fields.get(name)
    text = texts_of(found) if found is not None else ""
    if not isinstance(text, str | None):
        raise bad_value(above + name, piece.lines[name], "this must be text")
    return text or ""


def version_of(piece: Fields, above: str) -> int:
    """The field `version`, 1 when it is not there."""
    found = piece.fields.get("version")
    version = json_of(found) if found is not None else 1
    if (
        isinstance(version, int)
        and not isinstance(version, bool)
        and 1 <= version <= _MOST_VERSIONS
    ):
        return version
    raise bad_value(f"{above}version", piece.lines["version"], "this is a whole number from 1")


def given(piece: Piece) -> bool:
    """Whether anything stands there."""
    return bool(piece.items) if isinstance(piece, Items) else texts_of(piece) is not None


def reason_of(error: UsageError) -> str:
    """What is wrong, without what is said around it."""
    return str(error.details.get("reason") or error)


def bad_value(field: str, line: int, reason: str) -> UsageError:
    """What is raised for a field that says what cannot be."""
    return fault("bad_value", line, f"{field}: {reason}", field=field, reason=reason)

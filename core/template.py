r"""A prompt template: system prompt and question with variables, in versions; its rendering.

`{{question}}`, `{{context}}` (numbered passages) and `{{examples}}` are filled by whoever asks;
every other variable is a column of an example set. `\{{` writes two braces. What is filled in is
never read as a template again.
"""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from core.errors import UsageError
from core.example_set import normalised
from core.jsontypes import Json, JsonObject
from core.text import clean

BUILT_IN = ("question", "context", "examples")
ANSWER = "answer"
"""Variable of the example pattern alone."""
QUESTION_ALONE = "{{question}}"
EXAMPLE_PATTERN = "{{question}}\n{{answer}}"
PARTS = ("system", "user", "example")
MAX_NAME = 120
MAX_CHARACTERS = 100_000
"""In one part."""
_VARIABLE = re.compile(r"\\\{\{|\{\{([^{}]*+)\}\}")
"""Possessive, and blanks are taken off afterwards: a template may be hostile."""


@dataclass(frozen=True, kw_only=True)
class Template:
    """One version of a template. A changed template is a new version; this one stays."""

    name: str
    version: int = 1
    """Counted from 1 for each name."""
    system: str = ""
    """System prompt with variables; empty sends none."""
    user: str = QUESTION_ALONE
    """How a question is put; of examples and earlier questions too, without their context."""
    example: str = EXAMPLE_PATTERN
    """How one example is written where `{{examples}}` stands; there may also be `{{answer}}`."""
    created_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    @cached_property
    def hash(self) -> str:
        """Twelve hex digits over the three parts."""
        parts = (self.system, self.user, self.example)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]

    @property
    def columns(self) -> tuple[str, ...]:
        """Variables besides the built-in ones that asking needs a value for."""
        found = [*variables(self.system), *variables(self.user)]
        return tuple(dict.fromkeys(name for name in found if name not in BUILT_IN))

    @property
    def places(self) -> frozenset[str]:
        """Built-in variables that stand in the template."""
        return frozenset({*variables(self.system), *variables(self.user)} & set(BUILT_IN))

    def to_json(self) -> JsonObject:
        return {
            "name": self.name,
            "system": self.system,
            "user": self.user,
            "example": self.example,
        }


@dataclass(frozen=True, kw_only=True)
class TemplateUse:
    """A template in a recipe."""

    name: str
    version: int | None = None
    """None is the newest."""
    hash: str = ""
    """Of its text, put in when the question is asked."""

    def to_json(self) -> Json:
        """The name alone where nothing else is said."""
        if self.version is None and not self.hash:
            return self.name
        out: JsonObject = {"name": self.name}
        if self.version is not None:
            out["version"] = self.version
        return out | ({"hash": self.hash} if self.hash else {})


def variables(text: str) -> tuple[str, ...]:
    """Names of the variables in a text, each once, in their order."""
    names = (found[1].strip() for found in _VARIABLE.finditer(text) if found[1] is not None)
    return tuple(dict.fromkeys(names))


def rendered(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables filled in; one without a value becomes empty."""
    return _VARIABLE.sub(lambda m: "{{" if m[1] is None else values.get(m[1].strip(), ""), text)


def checked_template(template: Template, columns: Collection[str]) -> Template:
    """The template as it is kept.

    Args:
        template: as somebody wrote it.
        columns: columns of the example sets that are stored.

    Raises:
        UsageError: `bad_template` with a `code`: `name`, `too_long` (part, limit), `no_question`,
            `unclosed` (part, line), `unknown_variable` (part, line, variable, suggestion, known).
    """
    name = normalised(template.name)
    if not 0 < len(name) <= MAX_NAME:
        raise _bad("name", f"a template needs a name of at most {MAX_NAME} characters")
    made = replace(
        template,
        name=name,
        system=_composed(template.system),
        user=_composed(template.user) or QUESTION_ALONE,
        example=_composed(template.example) or EXAMPLE_PATTERN,
    )
    for part in PARTS:
        extra = (ANSWER,) if part == "example" else BUILT_IN[1:]
        _check_part(part, getattr(made, part), ("question", *extra, *columns))
    if "question" not in variables(made.user):
        raise _bad("no_question", "the user part must hold {{question}}", part="user")
    return made


def template_use_from_json(content: Any) -> TemplateUse | None:
    """Read a template's name, or `{"name", "version"}`.

    Raises:
        UsageError: `bad_recipe`.
    """
    if content is None or content == "":
        return None
    if isinstance(content, str):
        content = {"name": content}
    known = {one.name for one in fields(TemplateUse)}
    if not isinstance(content, Mapping) or set(content) - known:
        raise _recipe("'template' is a name, or a JSON object with name and version")
    name, version, digest = content.get("name"), content.get("version"), content.get("hash", "")
    if not isinstance(name, str) or not name.strip() or not isinstance(digest, str):
        raise _recipe("'template' needs a 'name'")
    if version is not None and (
        isinstance(version, bool) or not isinstance(version, int) or version < 1
    ):
        raise _recipe("'version' must be a whole number from 1")
    return TemplateUse(name=normalised(name), version=version, hash=clean(digest))


def _composed(text: str) -> str:
    """Columns are named in composed Hangul, so variables must be."""
    return unicodedata.normalize("NFC", clean(text)).strip()


def _check_part(part: str, text: str, known: Collection[str]) -> None:
    if len(text) > MAX_CHARACTERS:
        raise _bad("too_long", f"{part} is too long", part=part, limit=MAX_CHARACTERS)
    end = 0
    for found in _VARIABLE.finditer(text):
        _check_closed(part, text, end, found.start())
        end = found.end()
        name = None if found[1] is None else found[1].strip()
        if name is not None and name not in known:
            name = name[:MAX_NAME]
            close = get_close_matches(name, list(known), n=1, cutoff=0.5)
            raise _bad(
                "unknown_variable",
                f"{part} names the unknown variable {name!r}",
                part=part,
                line=text.count("\n", 0, found.start()) + 1,
                variable=name,
                suggestion=close[0] if close else "",
                known=", ".join(known),
            )
    _check_closed(part, text, end, len(text))


def _check_closed(part: str, text: str, start: int, end: int) -> None:
    place = text.find("{{", start, end)
    if place >= 0:
        line = text.count("\n", 0, place) + 1
        raise _bad("unclosed", f"{part} has {{{{ without }}}}", part=part, line=line)


def _bad(code: str, reason: str, **details: str | int) -> UsageError:
    return UsageError(
        "bad_template", f"this template cannot be kept: {reason}", code=code, **details
    )


def _recipe(reason: str) -> UsageError:
    return UsageError("bad_recipe", f"recipe: {reason}", reason=reason)

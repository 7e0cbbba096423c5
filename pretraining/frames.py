"""Reads fact frames, the hand-written raw material: statements, their answer, questions.

One frame a line: `statement | statement => answer :: question | question`, under headings
`## domain | kind of entity`. Slots are `{time}`; `<a;b>` draws one of its alternatives;
`{e}은/는` chooses the Korean particle that fits.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pretraining.words import Words, is_held_out, joined

_SLOT = re.compile(r"\{(\w+)\}")
_CHOICE = re.compile(r"<([^<>]+)>")
_FILLED = re.compile(r"\x00([^\x00\x01]*)\x01(.{0,9})", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One kind of fact about an entity."""

    statements: tuple[str, ...]
    answer: str
    questions: tuple[str, ...]

    @property
    def held_out(self) -> bool:
        """Kept for the gates: neither its statements nor its questions are trained on."""
        return is_held_out(self.answer + self.questions[0])


@dataclass(frozen=True, kw_only=True)
class Section:
    """Frames that can stand in one passage about one entity."""

    kind: str
    frames: tuple[Frame, ...]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A frame filled in: what is said, what is asked, what is right."""

    key: str
    kind: str
    """Of the entity: `org`, `person` ..."""
    entity: str
    statement: str
    answer: str
    questions: tuple[str, ...]
    named: tuple[str, ...]
    """The questions that name the entity: what is safe when passages share a kind of fact."""


@cache
def sections(language: str, *, held_out: bool) -> tuple[Section, ...]:
    """All sections of a language with the frames of one side that have at least one."""
    found = []
    for path in sorted((Path(__file__).parent / "frames").glob(f"{language}_*.txt")):
        for block in path.read_text("utf-8").split("## ")[1:]:
            heading, *lines = block.strip().splitlines()
            frames = [frame for line in lines if (frame := _parse(line))]
            kept = tuple(f for f in frames if f.held_out == held_out)
            if kept:
                found.append(Section(kind=heading.rsplit("|", 1)[-1].strip(), frames=kept))
    return tuple(found)


def _parse(line: str) -> Frame | None:
    if " => " not in line or " :: " not in line:
        return None
    said, rest = line.split(" => ", 1)
    answer, asked = rest.split(" :: ", 1)
    return Frame(
        statements=tuple(part.strip() for part in said.split(" | ")),
        answer=answer.strip(),
        questions=tuple(part.strip() for part in asked.split(" | ")),
    )


def fill(frame: Frame, entity: str, words: Words, *, kind: str = "word") -> Fact:
    """Draw the slots and alternatives of a frame for an entity."""
    drawn: dict[str, str] = {"e": entity}

    def slot(match: re.Match[str]) -> str:
        name = match[1]
        if name not in drawn:
            drawn[name] = words.draw(name.rstrip("0123456789"))
        return f"\x00{drawn[name]}\x01"

    def choice(match: re.Match[str]) -> str:
        text = match[1]
        if text not in drawn:
            drawn[text] = words.random.choice(text.split(";")).strip()
        return f"\x00{_SLOT.sub(slot, drawn[text])}\x01"

    def filled(text: str) -> str:
        text = _SLOT.sub(slot, _CHOICE.sub(choice, text))
        while "\x00" in text:
            text = _FILLED.sub(lambda match: joined(match[1], match[2]), text)
        return text

    answer = filled(frame.answer)
    statement = filled(words.random.choice(frame.statements))
    return Fact(
        key=frame.questions[0],
        kind=kind,
        entity=entity,
        statement=statement[:1].upper() + statement[1:],
        answer=answer,
        questions=tuple(filled(q) for q in frame.questions),
        named=tuple(filled(q) for q in frame.questions if "{e}" in q),
    )

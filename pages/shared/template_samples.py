"""The templates that come with the product, read from their files."""

from functools import cache
from pathlib import Path

from core.comparison.plain_yaml import read, texts_of
from core.template import PARTS, Template

FOLDER = Path(__file__).parents[2] / "assets" / "templates"


@cache
def sample_templates() -> tuple[Template, ...]:
    """In the order of their files."""
    return tuple(_read(file) for file in sorted(FOLDER.glob("*.yaml")))


def _read(file: Path) -> Template:
    piece = read(file.read_text(encoding="utf-8"))
    content = texts_of(piece) if piece else None
    assert isinstance(content, dict), file.name
    parts = {part: str(content[part]) for part in PARTS if content.get(part)}
    return Template(name=str(content["name"]), **parts)

"""Every sentence people read, as (Korean, English). A pair cannot lack a language."""

from pages.shared.texts import ask, common, errors, improve, setup

TEXTS: dict[str, tuple[str, str]] = (
    common.TEXTS | ask.TEXTS | improve.TEXTS | setup.TEXTS | errors.TEXTS
)

"""Every sentence people read, as (Korean, English). A pair cannot lack a language."""

from pages.shared.texts import (
    adapters,
    ask,
    common,
    documents,
    errors,
    glossary,
    improve,
    measure,
    reasons,
    retrieval,
    setup,
    tuning,
)

TEXTS: dict[str, tuple[str, str]] = (
    common.TEXTS
    | ask.TEXTS
    | improve.TEXTS
    | adapters.TEXTS
    | documents.TEXTS
    | retrieval.TEXTS
    | measure.TEXTS
    | glossary.TEXTS
    | tuning.TEXTS
    | setup.TEXTS
    | errors.TEXTS
    | reasons.TEXTS
)

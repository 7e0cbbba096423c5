"""Documents to put into collections: small ones in any number, with readable ids."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from core.collection import Block, Collection, Document, LoadedDocument, NewDocument, StoredPassage

WHEN = datetime(2026, 3, 4, 5, 6, 7, 891011, tzinfo=UTC)


def paper(
    collection: Collection, name: str, *texts: str, document_id: str = "", **changes: object
) -> NewDocument:
    """A document whose passages are these texts; a passage's id says its document and text."""
    document_id = document_id or f"{collection.name}/{name}"[-40:]
    whole, passages, blocks = "", [], []
    for position, text in enumerate(texts):
        start, whole = len(whole), whole + text
        blocks.append(Block(start=start, end=len(whole), page=position + 1, heading="가 › B"))
        passages.append(
            StoredPassage(
                id=digest(collection.name, name, text)[:32],
                collection_id=collection.id,
                document_id=document_id,
                document=name,
                position=position,
                page=position + 1,
                heading="가 › B",
                start=start,
                end=len(whole),
                hash=digest(text),
                text=text,
            )
        )
        whole += "\n\n"
    document = Document(
        id=document_id,
        collection_id=collection.id,
        name=name,
        kind="pdf",
        hash=digest(whole),
        language="ko",
        pages=len(texts),
        characters=len(whole),
        passages=len(texts),
        indexed_at=WHEN,
    )
    return NewDocument(
        document=replace(document, **changes),  # type: ignore[arg-type]
        settings_hash="settings",
        loaded=LoadedDocument(text=whole, blocks=tuple(blocks), kind="pdf", pages=len(texts)),
        passages=tuple(passages),
    )


def ids(item: NewDocument) -> list[str]:
    return [passage.id for passage in item.passages]


def digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()

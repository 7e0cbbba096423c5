"""From a loaded document to the passages that are stored: ids, hashes, flags."""

import hashlib
import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime

from core.collection import (
    Collection,
    CollectionSettings,
    Document,
    LoadedDocument,
    NewDocument,
    StoredPassage,
)
from core.retrieval.injection import injection_flags
from core.retrieval.split import split
from core.text import language_of


def document_id(collection_id: str, name: str) -> str:
    """The same for the same name, so that a document is replaced, never doubled."""
    return _digest(collection_id, name)


def settings_hash(settings: CollectionSettings) -> str:
    """Of all settings: a document that was indexed with others has to be indexed again."""
    return _digest(json.dumps(asdict(settings), sort_keys=True))[:16]


def new_document(
    collection: Collection, name: str, file_hash: str, loaded: LoadedDocument
) -> NewDocument:
    """Cut a document with the collection's settings.

    A passage's id is made of what it holds: an unchanged passage of a changed file keeps its id,
    its vector, and what people did to it.
    """
    identity = document_id(collection.id, name)
    seen: Counter[str] = Counter()
    passages = []
    for position, cut in enumerate(split(loaded, collection.settings.split)):
        text = loaded.text[cut.start : cut.end]
        content = _digest(cut.heading, text)
        seen[content] += 1
        passages.append(
            StoredPassage(
                id=_digest(collection.id, name, content, str(seen[content])),
                collection_id=collection.id,
                document_id=identity,
                document=name,
                position=position,
                page=cut.page,
                heading=cut.heading,
                start=cut.start,
                end=cut.end,
                hash=content,
                flags=injection_flags(text),
                text=text,
            )
        )
    document = Document(
        id=identity,
        collection_id=collection.id,
        name=name,
        kind=loaded.kind,
        hash=file_hash,
        language=language_of(loaded.text),
        pages=loaded.pages,
        characters=len(loaded.text),
        passages=len(passages),
        indexed_at=datetime.now(UTC),
    )
    return NewDocument(
        document=document,
        settings_hash=settings_hash(collection.settings),
        loaded=loaded,
        passages=tuple(passages),
    )


def _digest(*parts: str) -> str:
    """32 hex digits; the parts cannot run into each other."""
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

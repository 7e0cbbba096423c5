"""How tests expect a file to be refused."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.errors import UsageError


@contextmanager
def refused(reason: str, **numbers: int) -> Iterator[None]:
    with pytest.raises(UsageError) as caught:
        yield
    assert caught.value.kind == "bad_document"
    details = dict(caught.value.details)
    assert details.pop("document")
    assert details == {"reason": reason, **numbers}

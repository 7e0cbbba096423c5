"""Two versions of something, picked side by side."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.language import t

SIDES = ("left", "right")


def version_pair(kind: str, name: str, numbers: Sequence[int]) -> tuple[int, int]:
    """The two versions to compare; at first the newest and the one before.

    Args:
        kind: of thing, in front of the pickers' keys.
        name: of the thing.
        numbers: its versions, the newest first; at least two.
    """
    with st.container(horizontal=True):
        for side, default in zip(SIDES, (numbers[1], numbers[0]), strict=True):
            key = f"{kind}_{side}_{name}"
            if st.session_state.get(key) not in numbers:
                st.session_state[key] = default
            st.selectbox(
                t(f"diff_{side}"),
                numbers,
                key=key,
                format_func=lambda number: f"v{number}",
                persist_state="session",
            )
    left, right = (int(st.session_state[f"{kind}_{side}_{name}"]) for side in SIDES)
    return left, right

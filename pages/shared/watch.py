"""Watches a running Round: repaints what changed until it ends. Owns nothing.

Streamlit can interrupt a script only while it draws, so something is drawn in every tick; that is
what makes Stop, a vote or another question take effect at once.
"""

import time

from core.lab import Lab
from core.round import Draft, Round
from pages.shared.answer_card import Card, votes_by

TICK_S = 0.035
LONG_TICK_S = 0.1
CLOCK_S = 0.2
LONG_PIECES = 1_500
"""Pieces, about as many tokens, from which on repainting slows down."""


def watch(lab: Lab, round_: Round, pairs: list[tuple[Card, Draft]]) -> None:
    """Repaint each card from its draft until every column is done."""
    clocks_at = 0.0
    while True:
        began = time.monotonic()
        running = round_.running
        drew = False
        for card, draft in pairs:
            if card.finished:
                continue
            if draft.answer is not None:
                vote = votes_by(lab, [draft.answer]).get(draft.answer.id)
                card.finish(lab, draft.answer, vote, stored=draft.stored)
                drew = True
            else:
                drew = card.draw_draft(draft) or drew
        if not running:
            return
        if not drew or began - clocks_at > CLOCK_S:
            clocks_at = began
            _draw_clocks(pairs)
        long = any(len(draft.pieces) > LONG_PIECES for draft in round_.drafts)
        pause_s = LONG_TICK_S if long else TICK_S
        time.sleep(max(0.005, pause_s - (time.monotonic() - began)))


def _draw_clocks(pairs: list[tuple[Card, Draft]]) -> None:
    for card, draft in pairs:
        if not card.finished and draft.answer is None:
            card.draw_progress(draft)

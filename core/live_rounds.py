"""The Rounds that run, or ended a short while ago, for pages that still look at them."""

from core.round import Round

KEPT = 200
"""Rounds held; older ones are read from the store."""


class LiveRounds:
    """Rounds by their id, the oldest first."""

    def __init__(self) -> None:
        self._rounds: dict[str, Round] = {}

    def get(self, round_id: str) -> Round | None:
        return self._rounds.get(round_id)

    def running(self) -> list[Round]:
        return [round_ for round_ in list(self._rounds.values()) if round_.running]

    def keep(self, round_: Round) -> None:
        """Hold one more, and let go of the oldest that have ended."""
        ended = [key for key, one in self._rounds.items() if not one.running]
        for key in ended[: max(0, len(self._rounds) - KEPT + 1)]:
            del self._rounds[key]
        self._rounds[round_.id] = round_

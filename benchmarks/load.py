"""Ten visitors with four columns each at 50 tokens/s: p95 of (all painted / upstream's own time).

Run: python -m benchmarks.load [--sessions 10] [--rounds 3]. Goal: p95 <= 1.05.
"""

import argparse
import asyncio
import random
import statistics

import aiohttp

from benchmarks.servers import narani, upstream
from benchmarks.session import Visitor, own_time_s

MODELS = [f"pace-ttft200-tps50-n{n}" for n in (240, 244, 247, 250)]


async def measure(url: str, sessions: int, rounds: int) -> list[float]:
    slowest_s = max(map(own_time_s, MODELS))
    async with aiohttp.ClientSession() as http:
        visitors = [Visitor(url=url, models=MODELS) for _ in range(sessions)]
        for visitor in visitors:
            await visitor.open(http)
        await visitors[0].ask("warm up")
        ratios: list[float] = []

        async def visit(number: int, visitor: Visitor) -> None:
            rng = random.Random(number)
            for turn in range(rounds):
                await asyncio.sleep(rng.random())  # people do not press Enter together
                seconds = await visitor.ask(f"question {number} {turn}")
                ratios.append(seconds / slowest_s)

        await asyncio.gather(*(visit(i, v) for i, v in enumerate(visitors)))
        for visitor in visitors:
            await visitor.close()
    return ratios


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with upstream() as address, narani(address) as product:
        ratios = asyncio.run(measure(product.url, options.sessions, options.rounds))
    p95 = statistics.quantiles(ratios, n=20)[-1]
    print(
        f"load: {options.sessions} sessions x {len(MODELS)} columns at 50 tokens/s, "
        f"n={len(ratios)}: median {statistics.median(ratios):.3f}, p95 {p95:.3f} (goal 1.05)"
    )


if __name__ == "__main__":
    main()

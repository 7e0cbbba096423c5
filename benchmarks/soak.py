"""Half an hour of questions with Streamlit's own garbage collection off: does memory stay flat?

Run: python -m benchmarks.soak [--minutes 30]. Prints the server's resident memory each minute and
the ratio of the last fifth to the second fifth (the first fifth fills caches). Goal: <= 1.05.
"""

import argparse
import asyncio
import statistics
import time
from itertools import count

import aiohttp
import psutil

from benchmarks.servers import narani, upstream
from benchmarks.session import Visitor

MODELS = ["pace-ttft50-tps100-n150", "pace-ttft50-tps100-n160"]
VISITORS = 3
QUESTIONS_PER_TAB = 10


async def visit(url: str, http: aiohttp.ClientSession, until: float, asked: list[int]) -> None:
    for tab in count():
        visitor = Visitor(url=url, models=MODELS)
        await visitor.open(http)
        for number in range(QUESTIONS_PER_TAB):
            await visitor.ask(f"question {tab} {number}")
            asked[0] += 1
            if time.monotonic() > until:
                return
        await visitor.close()


async def soak(url: str, pid: int, minutes: float) -> list[float]:
    process, memory, asked = psutil.Process(pid), [], [0]
    until = time.monotonic() + minutes * 60
    async with aiohttp.ClientSession() as http:
        visits = [asyncio.create_task(visit(url, http, until, asked)) for _ in range(VISITORS)]
        while time.monotonic() < until:
            await asyncio.sleep(min(60, minutes * 6))
            memory.append(process.memory_info().rss / 2**20)
            print(f"{asked[0]:6} rounds: {memory[-1]:.0f} MiB", flush=True)
        await asyncio.gather(*visits)
    return memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    minutes = parser.parse_args().minutes
    with upstream() as address, narani(address) as product:
        memory = asyncio.run(soak(product.url, product.process.pid, minutes))
    fifth = max(1, len(memory) // 5)
    second, last = statistics.median(memory[fifth : 2 * fifth]), statistics.median(memory[-fifth:])
    print(
        f"soak: {minutes:g} minutes: {second:.0f} MiB in the second fifth, {last:.0f} MiB in the "
        f"last: ratio {last / second:.3f} (goal 1.05)"
    )


if __name__ == "__main__":
    main()

"""What a visitor sees in a real Chromium, against the upstream's own clock.

For 4 and for 8 columns at 50 tokens/s: (all columns painted) / (slowest upstream's own time), the
delay from a token leaving the upstream to its being on screen, and from Stop to the last
upstream connection closed. Run: python -m benchmarks.paint [--rounds 3].
Goals: ratio <= 1.02; first token p95 <= 100 ms; token p95 <= 60 ms at 8 columns; Stop <= 150 ms.
"""

import argparse
import json
import shutil
import statistics
import time
import urllib.request
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from benchmarks.servers import narani, upstream

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOKENS = 300
# Notes, for each column, when its text first held so many words. Bare ticks cost next to nothing.
OBSERVE = """
window.seen = {};
const words = (node) => (node.textContent.match(/\\S+/g) || []).length;
const look = () => {
  const now = performance.timeOrigin + performance.now();
  for (const node of document.querySelectorAll('[class*="st-key-answer_"]')) {
    const key = [...node.classList].find((name) => name.startsWith('st-key-answer_'));
    const count = words(node);
    // The answer to the question before stays on screen until the new one begins.
    if (!(key in window.seen) && count > 20) continue;
    const found = (window.seen[key] ??= []);
    while (found.length < count) found.push(now);
  }
};
const arm = () => new MutationObserver(look).observe(document.body,
  {childList: true, subtree: true, characterData: true});
document.body ? arm() : addEventListener('DOMContentLoaded', arm);
"""


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.load(response)


def visit(page: Page, url: str, columns: int) -> list[str]:
    models = [f"pace-ttft200-tps50-n{TOKENS - i}" for i in range(columns)]
    page.goto(f"{url}/compare?" + urlencode([("recipe", f"openai/{m}") for m in models]))
    page.wait_for_selector(f".st-key-column_{columns - 1}")
    page.locator('[data-testid="stChatInputTextArea"]').wait_for()
    page.wait_for_timeout(1500)
    return models


def ask(page: Page, question: str) -> float:
    box = page.locator('[data-testid="stChatInputTextArea"]')
    box.fill(question)
    page.evaluate("window.seen = {}")
    began = time.time()
    box.press("Enter")
    return began


def measure(page: Page, url: str, api: str, columns: int, rounds: int) -> None:
    models = visit(page, url, columns)
    ratios, first_ms, token_ms = [], [], []
    for number in range(rounds + 1):
        urllib.request.urlopen(urllib.request.Request(f"{api}/reset", method="POST"), timeout=10)
        ask(page, f"question {number}")
        done = f"""() => {json.dumps(models)}.every((m, i) =>
            (window.seen['st-key-answer_' + i] || []).length >= Number(m.split('-n')[1]))"""
        page.wait_for_function(done, timeout=60_000)
        seen = page.evaluate("window.seen")
        page.wait_for_selector(f".st-key-vote_{columns - 1}")
        if number == 0:
            continue  # fills caches
        streams = {stream["model"]: stream for stream in get(f"{api}/streams")}
        asked = min(stream["asked_at"] for stream in streams.values())
        own = max(stream["sent_at"][-1] for stream in streams.values()) - asked
        painted = 0.0
        for i, model in enumerate(models):
            sent, shown = streams[model]["sent_at"], seen[f"st-key-answer_{i}"]
            delays = [t - s * 1000 for s, t in zip(sent, shown, strict=False)]
            first_ms.append(delays[0])
            token_ms += delays
            painted = max(painted, shown[len(sent) - 1] / 1000)
        ratios.append((painted - asked) / own)
    print(
        f"paint: {columns} columns, {rounds} rounds: all painted / upstream's own time "
        f"{statistics.median(ratios):.3f} (goal 1.02); first token p95 {p95(first_ms):.0f} ms "
        f"(goal 100); token p95 {p95(token_ms):.0f} ms (goal 60)",
        flush=True,
    )


def measure_stop(page: Page, url: str, api: str, columns: int) -> None:
    visit(page, url, columns)
    took = []
    for number in range(5):
        urllib.request.urlopen(urllib.request.Request(f"{api}/reset", method="POST"), timeout=10)
        ask(page, f"stop {number}")
        page.wait_for_function(f"Object.keys(window.seen).length >= {columns}", timeout=20_000)
        page.wait_for_timeout(700)
        began = time.time()
        page.locator(".st-key-stop button").click()
        page.wait_for_selector(f".st-key-vote_{columns - 1}")
        page.wait_for_timeout(300)
        took.append(max(stream["ended_at"] for stream in get(f"{api}/streams")) - began)
    print(
        f"stop: click to the last of {columns} upstream connections closed: "
        f"median {statistics.median(took) * 1000:.0f} ms, max {max(took) * 1000:.0f} ms (goal 150)"
    )


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with upstream() as address, narani(address) as product, sync_playwright() as playwright:
        api = address.removesuffix("/v1")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.add_init_script(OBSERVE)
        for columns in (4, 8):
            measure(page, product.url, api, columns, rounds)
        measure_stop(page, product.url, api, 8)
        browser.close()


if __name__ == "__main__":
    main()

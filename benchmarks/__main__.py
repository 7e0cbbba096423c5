"""`make bench`: the short benchmarks; with names, those: `python -m benchmarks soak retrieval`."""

import subprocess
import sys

SHORT = (
    *("startup", "paint", "load", "pages", "export", "local", "training"),
    *("embedding", "ingestion", "quality", "importing"),
)
LONG = ("soak", "lexical", "dense", "retrieval", "choosing", "near")

names = sys.argv[1:] or SHORT
if unknown := set(names) - {*SHORT, *LONG}:
    sys.exit(f"{', '.join(sorted(unknown))}: not one of {', '.join(SHORT + LONG)}")
for name in names:
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)
if names is SHORT:
    print(f"The long ones: python -m benchmarks {' '.join(LONG)}")

"""`make bench`: every benchmark but the half hour of `soak`."""

import subprocess
import sys

SHORT = ("startup", "paint", "load", "pages", "export", "local", "training")

for name in SHORT:
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)
print("The long one: python -m benchmarks.soak")

"""Takes an adapter out of here: its folder as a zip, or merged with its base for Ollama."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

from core.adapter import Adapter
from core.errors import UsageError

MERGE_DEADLINE_S = 3600
TEMPLATE = '''TEMPLATE """<|start|>{{ range .Messages }}<|{{ .Role }}|>{{ .Content }}<|end|>\
{{ end }}<|assistant|>"""
PARAMETER stop <|end|>
'''
"""The embedded model's chat template in Ollama's language."""


def archive(folder: Path) -> bytes:
    """The adapter's folder as a zip: PEFT files, GGUF, card and description."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for file in sorted(folder.iterdir()):
            if file.is_file():
                bundle.write(file, f"{folder.name}/{file.name}")
    return buffer.getvalue()


def merged(adapter: Adapter, folder: Path, base: Path, out: Path) -> Path:
    """Base and adapter as one GGUF with a Modelfile, zipped, made in a process of its own.

    Raises:
        UsageError: `not_convertible` with what went wrong.
    """
    if out.exists():
        return out
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "core.lora.merge", str(base), str(folder), str(out)],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            timeout=MERGE_DEADLINE_S,
            check=False,
        )
        said = done.stderr.strip().splitlines() or ["it ended without a word"]
    except subprocess.TimeoutExpired:
        said = [f"it was not done after {MERGE_DEADLINE_S // 60} minutes"]
    if not out.exists():  # written under another name and renamed: what is there is whole
        reason = said[-1][:300]
        raise UsageError("not_convertible", reason, architecture=adapter.base, reason=reason)
    return out


def modelfile(chat_template: str, name: str) -> str:
    """What `ollama create NAME -f Modelfile` reads."""
    # Ollama knows the templates of well-known models by itself.
    template = TEMPLATE if "<|start|>" in chat_template else ""
    return f"# ollama create {name} -f Modelfile\nFROM ./{name}.gguf\n{template}"

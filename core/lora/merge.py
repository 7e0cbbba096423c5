"""`python -m core.lora.merge BASE ADAPTER OUT.zip`: one GGUF of both, with a Modelfile."""

import os
import sys
import tempfile
import zipfile
from pathlib import Path

from core.lora.bundle import modelfile
from core.lora.gguf_model import write_model_gguf


def main() -> None:
    base, adapter, out = (Path(argument) for argument in sys.argv[1:4])
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(
        base, trust_remote_code=False, use_safetensors=True, dtype=torch.float32
    )
    model = PeftModel.from_pretrained(model, adapter).merge_and_unload()
    with tempfile.TemporaryDirectory(dir=out.parent) as place:
        folder = Path(place)
        model.save_pretrained(folder, safe_serialization=True)
        tokenizer = AutoTokenizer.from_pretrained(base, trust_remote_code=False)
        tokenizer.save_pretrained(folder)
        file = folder / f"{adapter.name}.gguf"
        write_model_gguf(folder, file)
        half = folder / "half.zip"
        with zipfile.ZipFile(half, "w", zipfile.ZIP_STORED) as bundle:
            bundle.write(file, file.name)
            bundle.writestr("Modelfile", modelfile(str(tokenizer.chat_template), adapter.name))
            bundle.write(adapter / "README.md", "README.md")
        half.replace(out)


if __name__ == "__main__":
    main()

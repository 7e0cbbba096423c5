"""How adapters are trained, kept and converted. The one owner of torch, transformers and PEFT."""

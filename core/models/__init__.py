"""Everyone who can answer: LiteLLM, the local runtime and the baseline, behind one seam."""

"""Example sets: read from files, chosen for prompts, counted, compared, written out."""

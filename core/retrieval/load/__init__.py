"""Files as text, read in a process of its own."""

"""Documents in, passages out: load, split, embed, store, search, and how well it worked."""

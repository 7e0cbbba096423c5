"""Makes the embedded model from nothing: text generator, tokenizer, training, gates."""

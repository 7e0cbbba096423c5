"""What the pages share: the one Lab, the state of a tab, text in two languages, answer cards."""

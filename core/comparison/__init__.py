"""A comparison as one readable file: written, and read with the line of whatever is wrong."""

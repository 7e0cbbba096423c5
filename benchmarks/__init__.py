"""Scripts that print ratios against a baseline in the same run.

`make bench` runs the short ones.
"""

"""One module a rule, or a part of one; each takes a `Reading` and yields findings. `check.RULES` lists them by number."""

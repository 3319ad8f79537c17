"""Whether a statement is said by the passages that it cites."""

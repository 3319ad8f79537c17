"""Markdown as people have it, with the signs that other programs add."""

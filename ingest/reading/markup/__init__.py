"""Texts in other languages of marks: reStructuredText, AsciiDoc, Rich Text."""

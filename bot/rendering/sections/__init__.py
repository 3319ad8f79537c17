"""Sections and citations as they are shown and opened."""

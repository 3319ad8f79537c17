"""Measures the program; no part of the packages."""

"""Fits the weights that ship; no part of the packages."""

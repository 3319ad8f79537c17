"""Installations of any size: made texts and vectors, and processes that are measured."""

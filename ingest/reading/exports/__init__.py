"""What other programs export: one file with many articles, known by its shape."""

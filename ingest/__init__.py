"""Articles in, chunks indexed, a report out."""

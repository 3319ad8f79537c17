"""What experts press."""

"""What administrators type and press."""

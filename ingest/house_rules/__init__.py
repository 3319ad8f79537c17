"""What our own bundled articles are held to; nobody else's are."""

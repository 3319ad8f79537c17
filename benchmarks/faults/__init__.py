"""What the program bears: broken files, forged requests, outages, planted text."""

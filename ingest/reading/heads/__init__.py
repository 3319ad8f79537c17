"""What an article says of itself: front matter, dates, and the id made of its name."""

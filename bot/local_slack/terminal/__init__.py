"""A chat with the bot in the terminal."""

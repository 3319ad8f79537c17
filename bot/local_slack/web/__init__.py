"""A chat with the bot as a web page on the loopback interface."""

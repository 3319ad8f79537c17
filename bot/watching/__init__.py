"""What can be seen of the bot from outside: health, figures, and logs for programs."""

"""An answer in a chat model's words."""

"""Pages and documents whose lines are marked as article or furniture, and how they are counted."""

"""What people do, and how Slack tells the app of it."""

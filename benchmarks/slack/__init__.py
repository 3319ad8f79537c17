"""What people see in Slack: how long, how soon, how harmless, and whom the assistant hears."""

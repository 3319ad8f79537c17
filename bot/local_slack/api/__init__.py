"""The methods of Slack's Web API, as strict as Slack's own."""

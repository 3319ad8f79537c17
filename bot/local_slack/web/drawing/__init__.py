"""Messages, modals and blocks as HTML that cannot be injected into."""

"""Pages of the web as files: fetched only from public addresses, politely and within limits."""

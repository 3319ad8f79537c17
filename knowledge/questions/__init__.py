"""What a person wrote: small talk, an order, a wish for advice, or a question to look up."""

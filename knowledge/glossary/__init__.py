"""The terms of the field: what they mean, where they are explained, how people write them."""

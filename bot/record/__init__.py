"""What people asked, were answered and said of it, in the SQL database of the record."""

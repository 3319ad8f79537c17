"""What people asked and were answered, in the SQL database of the record."""

"""The record: the one SQL database that holds everything the program must not lose."""

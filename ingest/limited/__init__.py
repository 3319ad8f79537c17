"""Reading in child processes, which end for one file what would end everything."""

"""`shequn map`: what the columns of a file are that nobody has described."""

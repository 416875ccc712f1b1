"""Task: what a human must still do, for whom, by when."""

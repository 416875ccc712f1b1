"""No sign-in: a worry, danger help, answering by link."""

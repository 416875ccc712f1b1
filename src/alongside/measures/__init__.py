"""What was asked, what was answered, what it adds up to."""

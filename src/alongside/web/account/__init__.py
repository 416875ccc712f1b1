"""Coming in, one's own account, and the pages for what went wrong."""

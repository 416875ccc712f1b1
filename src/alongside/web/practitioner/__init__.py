"""Pages for those who deliver care."""

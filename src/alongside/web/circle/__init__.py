"""Pages for the people around them."""

"""What `alongside outcomes --analysis` can work out besides who changed: one module a kind."""

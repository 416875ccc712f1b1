"""Tags for parts of a case that need a query of their own."""

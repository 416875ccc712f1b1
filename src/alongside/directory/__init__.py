"""What help exists: services, crisis lines and who verified them."""

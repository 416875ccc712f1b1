"""What a practitioner is trained, registered and allowed to deliver."""

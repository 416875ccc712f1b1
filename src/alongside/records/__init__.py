"""What every record has: a random id, a reader, corrections by adding, a trail; and the clock."""

"""The planned meeting of a circle with the person: prepared, screened, led, followed up."""

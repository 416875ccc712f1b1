"""Who agreed to what, for whom, until when; refusals; capacity."""

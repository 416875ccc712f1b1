"""Rules: values in, values and reasons out. No framework, no file, no clock, no chance."""

"""What became of it: one case over time, figures over many people. Changes no record."""

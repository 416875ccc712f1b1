"""Figures over many people: reads, computes and hides small counts; changes no record."""

"""The doors of the house, one package each, and the parts they share."""

"""Stand-ins at the ports of the house: where mail goes, what the clock says."""

"""What every page may show: the help bar, the rail, the languages."""

"""Dates as people write them in Spanish."""

DATE_FORMAT = r"j \d\e F \d\e Y"
SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = r"j \d\e F \d\e Y, H:i"
MONTH_DAY_FORMAT = r"j \d\e F"
WEEKDAY_FORMAT = r"l j \d\e F"  # ours
LONG_DAY_FORMAT = r"l j \d\e F \d\e Y"  # ours
FIRST_DAY_OF_WEEK = 1

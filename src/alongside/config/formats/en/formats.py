"""Dates as people in Britain write them."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y, H:i"
MONTH_DAY_FORMAT = "j F"
WEEKDAY_FORMAT = "l j F"  # ours
LONG_DAY_FORMAT = "l j F Y"  # ours
FIRST_DAY_OF_WEEK = 1

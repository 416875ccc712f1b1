"""Plan, Course (one protocol in it), Goal, agreement to the plan."""

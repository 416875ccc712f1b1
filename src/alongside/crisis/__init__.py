"""Safety checks, alerts, on-call shifts, escalation."""

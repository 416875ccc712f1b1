"""Words of this room that need no database."""

from __future__ import annotations

AGE_BANDS = ("under_18", "18_25", "26_64", "65_up")

# Some questionnaires have a line of their own for women or men. Asked for that alone; open is fine.
SEXES = ("female", "male")

# How somebody in a circle is related to the person, or works with them.
RELATIONS = (
    "mother", "father", "parent", "partner", "spouse", "sister", "brother", "sibling", "daughter",
    "son", "child", "grandparent", "aunt_uncle", "cousin", "friend", "neighbour", "colleague",
    "employer", "teacher", "carer", "nurse", "doctor", "faith_leader", "officer", "other",
)  # fmt: skip

# What a member does for the plan; more than one may fit.
MEMBER_ROLES = ("reporter", "organiser", "emergency_contact", "supporter")


def age_band_of(birth_year: int, year: int) -> str:
    """The band by the lower of the two ages a birth year allows."""
    age = year - birth_year - 1
    if age < 18:
        return "under_18"
    return "18_25" if age < 26 else "26_64" if age < 65 else "65_up"

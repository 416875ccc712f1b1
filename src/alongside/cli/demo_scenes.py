"""Who is in every longer demonstration, whatever chance says: one scene for each state of a case.

`SCENES` is read by the demonstration, which gives each scene to one person, and by its tests.
"""

from __future__ import annotations

from dataclasses import dataclass

FEWEST_PEOPLE, FEWEST_MONTHS = 64, 6  # below, everything is left to chance
FIRST = 3  # the number of the first person with a scene; those before can sign in, or get worse


@dataclass(frozen=True, slots=True)
class Course:
    """A way of helping, as the demonstration gives it. ``is_own``: it treats the person."""

    protocol: str
    variant: str
    forms: tuple[str, ...]
    is_own: bool = True


COURSES = {
    "cbt": Course("cbt", "depression", ("c_treatment",)),
    "waiting": Course("cbt", "depression", ("c_treatment",)),
    "craft": Course("craft", "", ("c_family",), is_own=False),
    "group": Course("group", "slow_open", ("c_treatment", "c_group")),
    "memory": Course("dementia", "cst", ()),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One person of the demonstration whose way is told beforehand.

    ``way`` is what becomes of the worry, ``ago`` how many days before the end it comes.
    """

    name: str
    way: str
    ago: int
    lead: str = "asha"
    ending: str = ""
    variant: str = ""
    need: str = "mood_danger"
    born: int = 1984
    who: str = ""  # a first name, where the words of the scene say he or she
    relation: str = ""  # of whoever told the worry


def _ends(word: str, ago: int, who: str = "") -> Scene:
    return Scene(f"ends_{word}", "cbt", ago, lead="mei", ending=word, who=who)


SCENES: tuple[Scene, ...] = (
    # How a case ends: the words everybody shares, and the end nobody chooses.
    _ends("completed", 165),
    _ends("completed_early_recovered", 150),
    _ends("planned_end_partial", 160),
    _ends("dropped_out", 120),
    _ends("transferred", 110),
    _ends("stopped_safety", 100),
    _ends("deceased", 130, who="Duncan"),
    Scene("ran_out", "ran_out", 170, need="substance_use"),
    Scene("ends_soon", "preparing", 24, lead="mei", need="substance_use"),
    Scene("referred_on", "referred_on", 95, need="cannot_seek_help"),
    Scene("taken_back", "withdrawn", 70),
    Scene("no_address", "no_contact", 60),
    Scene("half_written", "half_written", 0),
    Scene("waits", "waiting", 14, lead="joaquin"),
    # The person is told, comes in, and says something to what is held.
    Scene("left_in_peace", "declined", 90, need="substance_use", born=1971, who="Struan"),
    Scene("came_in", "waiting", 60, need="substance_use"),
    Scene("limits", "preparing", 45, lead="joaquin", need="substance_use", relation="brother"),
    Scene("objects", "declined", 75, lead="joaquin", need="substance_use"),
    Scene("relents", "preparing", 50, need="medication_adherence"),
    Scene("takes_back_yes", "cbt", 100, lead="mei"),
    # Who decides, where the person cannot, or cannot alone.
    Scene(
        "minor", "cbt", 80, lead="mei", need="mood_danger", born=0, who="Isla", relation="mother"
    ),
    Scene(
        "best_interests",
        "memory",
        45,
        need="cannot_seek_help",
        born=1943,
        who="Morag",
        relation="daughter",
    ),
    Scene(
        "can_decide",
        "preparing",
        40,
        lead="joaquin",
        need="medication_adherence",
        who="Zofia",
        relation="sister",
    ),
    Scene(
        "cannot_say_yet",
        "preparing",
        35,
        lead="joaquin",
        need="cannot_seek_help",
        born=1947,
        who="Jean",
        relation="daughter",
    ),
    Scene("comes_and_goes", "preparing", 30, lead="mei", need="medication_adherence"),
    # Another amount of help, another way, two ways at once, a supervised colleague, a series.
    Scene("stepped_up", "cbt", 110, lead="mei", variant="guided_selfhelp"),
    Scene("stepped_down", "cbt", 120, lead="mei", who="Moira"),
    Scene("switched", "cbt", 115, lead="joaquin", who="Rhona"),
    Scene("two_ways", "cbt", 105),
    Scene("trainee", "cbt", 85, lead="rory", who="Innes", relation="sister"),
    Scene("series", "cbt", 70, lead="mei"),
    Scene("moved", "cbt", 90, lead="joaquin", who="Una"),
    # Letters.
    Scene("letters", "cbt", 125, lead="joaquin"),
    # A meeting of the family.
    Scene(
        "meeting_prepared",
        "preparing",
        40,
        need="substance_use",
        born=1979,
        who="Callum",
        relation="brother",
    ),
    Scene(
        "meeting_held",
        "preparing",
        100,
        need="substance_use",
        born=1990,
        who="Ewan",
        relation="brother",
    ),
    # Danger, at each level and with each end.
    Scene("danger_a", "preparing", 85, lead="joaquin", need="substance_use", who="Gavin"),
    Scene("danger_b", "preparing", 65, lead="mei", who="Petra", relation="brother"),
    Scene("danger_c", "preparing", 55, who="Shona"),
    Scene("danger_d", "preparing", 48, lead="joaquin"),
    Scene(
        "danger_e",
        "preparing",
        38,
        lead="mei",
        need="eating_disorder",
        who="Skye",
        relation="friend",
    ),
    Scene("danger_f", "preparing", 28, who="Una"),
    Scene("afraid", "preparing", 33, need="substance_use", who="Pavel", relation="sister"),
    # A therapy group: five are in it, one has left, one waits with an offer, one is not right now.
    Scene("group_in", "group", 150),
    Scene("group_in", "group", 148),
    Scene("group_in", "group", 146),
    Scene("group_in", "group", 144),
    Scene("group_in", "group", 142),
    Scene("group_left", "group", 140),
    Scene("group_offered", "group", 40),
    Scene("group_not_now", "group", 50),
    Scene("group_waits", "group", 13),
)
# In these the person is told, or not told, as the scene has it.
TOLD_BY_THEIR_SCENE = frozenset({"left_in_peace", "came_in", "limits", "objects", "relents"})


def has_scenes(number: int, months: int) -> bool:
    """Does a demonstration of so many people and months have every scene?"""
    return number >= FEWEST_PEOPLE and months >= FEWEST_MONTHS


def scene_of(story: int, *, number: int, months: int) -> Scene | None:
    """The scene of the story with this number, or None where chance decides."""
    place = story - FIRST
    if not has_scenes(number, months) or not 0 <= place < len(SCENES):
        return None
    return SCENES[place]

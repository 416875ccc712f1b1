"""What the walk through a crisis and after it begins with, by real actions inside its house.

Called through ``Served.call``.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta


def a_case_and_somebody_on_call() -> dict[str, str]:
    """Sam has an account, and Hana is first on call for the next weeks.

    Returns:
        The addresses of the pages of Sam's case and circle.
    """
    from alongside.crisis import actions as crisis
    from alongside.records import clock
    from tests.factories import make_world

    at = clock.now()
    world = make_world(at=at)
    world.engage_sam()
    world.staff("Petra Novak", "Privacy officer", "privacy")
    for day in range(-1, 20):
        begins = datetime.combine(at.date() + timedelta(days=day), time())
        crisis.save_shift(
            service=world.service,
            account=world.hana.account,
            order=1,
            local_start=begins,
            local_end=begins + timedelta(days=1),
            zone="Europe/London",
            by=world.system,
            at=at,
        )
    return {"case": f"/work/cases/{world.case.pk}/", "circle": f"/circle/{world.circle.pk}/"}

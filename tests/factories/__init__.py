"""A small world made by real actions: one service, its staff, one worry and what came of it.

    world = make_world()            # asha, hana, bo, grace; Sam's case with Noor and Teo
    world.asha.reader               # built anew each time, at the world's moment
    world.asha.through("circle")    # in the roles of one door
    world.at(later)                 # move the moment of every reader on

Sam is the person, Asha leads the case, Hana is on call, Bo works here without access to Sam's
circle, Grace manages, Ifeoma supervises Asha. Noor is in the circle and agreed to it; Teo is in
the circle and nobody asked him yet. Sam has an account only after ``world.engage_sam()``.
"""

from tests.factories.world import Cast, World, add_case, make_world

__all__ = ["Cast", "World", "add_case", "make_world"]

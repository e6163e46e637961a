"""The settings of the two shipped networks."""

from __future__ import annotations

import dataclasses

from training.data import CLOSE_UPS
from training.export import Finish
from training.face_head import FaceRecipe
from training.train import Recipe, Stage

TEACHER_STEPS = 1300

DEFAULT = Recipe(
    counts={"duts": 12, "osie": 3, "crowd": 3, "scene500": 3, "mit1003": 4, "fcdb": 5, CLOSE_UPS: 2},
    stages=(Stage(10000, 160, taught=2.0), Stage(6000, 192, taught=2.0)),
    weight_decay=0.05,
    uncut_share=0.2,
    parting=8000,
)
BRANCH = dataclasses.replace(
    DEFAULT,
    counts={"duts": 16, "osie": 2, "crowd": 2, "scene500": 2, "mit1003": 3, "fcdb": 6, CLOSE_UPS: 2},
    stages=(Stage(9000, 160, taught=2.0), Stage(5000, 192, taught=2.0)),
    own=0.4,
    taught_windows=0.5,
)
"""Goes on where `DEFAULT` parts, trusts the teacher more and the few pictures with fixations less; both are averaged."""

FACES = FaceRecipe(
    counts={"duts": 11, "osie": 4, "crowd": 4, "scene500": 2, "mit1003": 4, "fcdb": 4, CLOSE_UPS: 3},
    steps=2500,
)
"""The last training of the default network: its face head, on the faces of all sets."""

DEFAULT_FINISH = Finish(sigma=0.6, fixation_share=0.15)
"""focalbox.onnx: all sets, with the teacher."""

MIT = Recipe(
    counts={"osie": 8, "crowd": 7, "scene500": 8, CLOSE_UPS: 2},
    stages=(Stage(1800, 160, taught=0.0), Stage(600, 192, taught=0.0)),
    heads=("fixation",),
    weight_decay=0.1,
    seed=1,
)
MIT_FINISH = Finish(sigma=0.4)
"""focalbox-mit.onnx: MIT-licensed rows alone, no teacher, since its backbone has seen ImageNet."""

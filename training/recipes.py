"""The settings of the two shipped networks."""

from __future__ import annotations

from training.export import Finish
from training.train import Recipe, Stage

TEACHER_STEPS = 1300

DEFAULT = Recipe(
    counts={"duts": 12, "osie": 4, "crowd": 4, "scene500": 4, "mit1003": 4, "fcdb": 6},
    stages=(Stage(7000, 160), Stage(4000, 192, taught=2.0)),
    weight_decay=0.05,
    uncut_share=0.2,
)
DEFAULT_FINISH = Finish(sigma=0.6, object_share=0.2)
"""focalbox.onnx: all sets, with the teacher."""

MIT = Recipe(
    counts={"osie": 8, "crowd": 8, "scene500": 8},
    stages=(Stage(1800, 160, taught=0.0), Stage(600, 192, taught=0.0)),
    heads=("fixation",),
    weight_decay=0.1,
    seed=1,
)
MIT_FINISH = Finish(sigma=0.4)
"""focalbox-mit.onnx: MIT-licensed rows alone, no teacher, since its backbone has seen ImageNet."""

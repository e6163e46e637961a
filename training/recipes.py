"""The settings of the two shipped networks."""

from __future__ import annotations

from training.train import Recipe

TEACHER_STEPS = 1300

DEFAULT = Recipe(
    counts={"duts": 10, "osie": 4, "crowd": 4, "scene500": 5, "mit1003": 5, "fcdb": 5},
    stages=((7000, 160), (2500, 192)),
    weight_decay=0.05,
)
"""focalbox.onnx: all sets, with the teacher."""

MIT = Recipe(
    counts={"osie": 8, "crowd": 8, "scene500": 8},
    stages=((1500, 160), (400, 192)),
    heads=("fixation",),
    taught=0.0,
)
"""focalbox-mit.onnx: MIT-licensed rows alone, no teacher, since its backbone has seen ImageNet."""

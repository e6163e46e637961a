"""Answers other than a crop (plans, maps, boxes, documents), and the choice of a crop's format."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from focalbox.analysis import Analysis
from focalbox.core.choice.choose import grow_to_heads
from focalbox.core.choice.counted import score_demands
from focalbox.core.choice.crop import Crop
from focalbox.core.choice.equal_heads import CROWD, EVEN, SMALLER, STEP, WORTH
from focalbox.core.choice.faces import FaceFrame
from focalbox.core.placement.score import BODY, BORDER, FACE, MARGIN, MIDDLE, UPPER
from focalbox.core.target import Size
from focalbox.explain.strip import draw_map
from focalbox.imaging.output.encoding import encode
from focalbox.imaging.output.formats import FORMATS
from focalbox.service.request import AUTO, OPAQUE_JPEG, SAME, ImageRequest

__all__ = [
    "Answer",
    "choose_format",
    "coordinates",
    "face_boxes",
    "json_answer",
    "map_answer",
    "placing",
    "plan_answer",
]

_MAP_SIDE = 512
"""Longest side in pixels of a map drawn as a picture: 8 pixels a cell of a 64-cell map."""
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, ready to be sent, with notes of a sentence each."""

    content: bytes
    media_type: str
    notes: tuple[str, ...] = ()


def choose_format(asked: str, chosen: str, form: str, *, transparent: bool) -> str:
    """Return the format of the answer."""
    if asked in {SAME, OPAQUE_JPEG}:
        same = form.lower() if form.lower() in FORMATS else "jpeg"
        return "jpeg" if asked == OPAQUE_JPEG and same == "png" and not transparent else same
    return "png" if asked == AUTO and chosen == "jpeg" and transparent else chosen  # transparency is kept


def face_boxes(analysis: Analysis, frame: FaceFrame) -> list[dict[str, int]]:
    """Return the faces as boxes in pixels of the upright picture, in the order in which they are numbered."""
    boxes = (analysis.visible.to_pixels(face.box) for face in frame.faces(analysis))
    return [{"x": box.left, "y": box.top, "width": box.width, "height": box.height} for box in boxes]


def plan_answer(analysis: Analysis, image_request: ImageRequest) -> Answer:
    """Return where a picture would be cropped."""
    options = image_request.settle_options(analysis.visible)
    found = analysis.plans(
        image_request.sizes(analysis.visible.size), alternatives=image_request.alternatives, options=options
    ).to_dict()
    return json_answer(
        {**analysis.to_dict(), **found, "salient": analysis.salient_box.to_dict(), "placing": placing(analysis)}
        if image_request.with_saliency
        else found
    )


def map_answer(analysis: Analysis) -> Answer:
    """Return the saliency map as a picture."""
    shown = analysis.visible.size
    scale = _MAP_SIDE / max(shown.width, shown.height)
    size = Size(max(1, int(shown.width * scale)), max(1, int(shown.height * scale)))
    return Answer(encode(draw_map(analysis.saliency, size), "png"), FORMATS["png"].mime)


def coordinates(crop: Crop) -> dict[str, int]:
    """Return the window in Filestack's form."""
    return {"x": crop.box.left, "y": crop.box.top, "width": crop.box.width, "height": crop.box.height}


def json_answer(found: Any) -> Answer:
    """Return a document."""
    return Answer(json.dumps(found).encode("utf-8"), _JSON)


def placing(analysis: Analysis) -> dict[str, Any]:
    """Return what the page needs besides the map to place windows as the library does: boxes, fractions, and weights."""
    subjects = [
        {
            "kind": one.kind,
            "boxes": [box.to_dict() for box in one.boxes],
            "body": one.body and one.body.to_dict(),
            "whole": one.whole,
            "cut": one.cut,
        }
        for one in analysis.scored_subjects
    ]
    tight = grow_to_heads(analysis, analysis.subject_box)
    return {
        "subjects": subjects,
        "objects": [{"box": one.box.to_dict(), "whole": one.whole, "cut": one.cut} for one in analysis.scored_objects],
        "subject_box": analysis.subject_box.to_dict(),
        "tops": [{"box": box.to_dict(), "weight": weight} for weight, box in analysis.scored_top.begins],
        "tight_box": tight.to_whole_pixels(analysis.visible.size).to_dict(),
        "weights": {
            "body": BODY,
            "face": FACE,
            "upper": UPPER,
            "edge": score_demands(analysis).edge,
            "border": BORDER,
            "margin": MARGIN,
            "middle": MIDDLE,
            "even": EVEN,
            "worth": WORTH,
            "smaller": SMALLER,
            "crowd": CROWD,
            "step": STEP,
        },
    }

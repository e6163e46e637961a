"""All that was found counts, and nothing that a caller demands."""

from dataclasses import replace

from hypothesis import given

from focalbox.analysis import Analysis
from focalbox.core.choice.counted import score_demands
from focalbox.core.placement.score import BORDER, EDGE, score_of
from focalbox.core.target import Size
from strategies import analyses, faces, spot


@given(analyses)
def test_score_demands_bind_no_window(analysis: Analysis) -> None:
    counted = score_demands(analysis)
    assert (counted.keep, counted.avoid, counted.hold, counted.points) == ((), (), (), ())


def test_the_parts_of_a_crop_are_those_by_which_it_was_chosen() -> None:
    found = spot(Size(400, 300), 0.2, 0.2)
    analysis = Analysis(found.source, found.saliency, faces((0.6, 0.5, 0.1, 0.2)), object_map=found.saliency)
    counted = score_demands(analysis)
    assert (counted.subjects, counted.objects) == (analysis.scored_subjects, analysis.scored_objects)
    assert (counted.top, counted.edge) == (analysis.scored_top, EDGE)
    assert score_demands(replace(analysis, object_map=None)).edge == BORDER
    crop = analysis.plan("5:2")
    assert crop.parts == score_of(crop.window, analysis.saliency, counted)
    assert crop.parts.total == sum(crop.parts.to_dict().values())

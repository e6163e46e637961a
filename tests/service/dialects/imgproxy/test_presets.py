"""imgproxy's presets: options with a name, alone, together and inside each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from focalbox.errors import InvalidRequest
from focalbox.service.dialects.imgproxy.presets import read_presets
from focalbox.service.dialects.imgproxy.processing import Processing
from focalbox.service.settings import ServiceSettings
from service.servers import Service, image_of

PRESETS = {"card": "rs:fill:90:60/g:sm", "small": "w:30", "both": "pr:card:small", "endless": "pr:endless"}


def test_options_come_in_the_order_of_the_names() -> None:
    both = read_presets(Processing(), PRESETS, ["both"])
    assert (both.width, both.height, both.gravity.smart) == (30, 60, True)
    assert read_presets(Processing(), PRESETS, ["small", "card"]).width == 90


def test_one_that_is_not_there_or_has_no_end_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="there is no preset 'hero'"):
        read_presets(Processing(), PRESETS, ["hero"])
    with pytest.raises(InvalidRequest, match="presets stand in each other"):
        read_presets(Processing(), PRESETS, ["endless"])


def test_the_service_knows_those_of_its_settings(opened: Callable[..., Service], pictures: Path) -> None:
    presets = "card=rs:fill:90:60/g:sm,small=w:30,default=f:webp/h:60"
    served = opened(root=pictures, allow_unsigned="true", imgproxy_presets=presets)
    for address, size in (
        ("pr:card", "90x60"),
        ("preset:card/w:45", "45x60"),
        ("pr:card:small", "30x60"),
        ("", "90x60"),
    ):
        answer = served.ask(f"/unsafe/{address}/plain/coffee.jpg" if address else "/unsafe/plain/coffee.jpg")
        assert answer.headers["content-type"] == "image/webp", answer.content
        assert image_of(answer.content).size == tuple(map(int, size.split("x"))), address
    assert "there is no preset 'hero'" in served.ask("/unsafe/pr:hero/plain/coffee.jpg").problem()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("card", "presets such as card=rs:fill:500:200/g:sm,hero=w:1600, not 'card'"),
        ("a=w:5,a=w:6", "presets such as"),
        ("a=watermark:1", "a preset is a list of options, and a is not: the option watermark"),
        ("a=pr:b", "a preset is a list of options, and a is not: there is no preset 'b'"),
        ("a=pr:a", "stand in each other"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_at_the_start(text: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        ServiceSettings.of({"FOCALBOX_SERVICE_IMGPROXY_PRESETS": text})

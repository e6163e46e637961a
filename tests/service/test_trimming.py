"""A border is trimmed in every dialect that can."""

from __future__ import annotations

from pathlib import Path

from focalbox import Cropper
from service.servers import Answer, Service, image_of

LEFT = {"left": 80, "top": 20, "width": 600, "height": 400}
"""What is left of scan.png, a photograph on white paper."""


def test_a_border_is_trimmed_in_the_dialects_that_can(service: Service, pictures: Path) -> None:
    (result,) = Cropper().results(pictures / "scan.png", ["150x100"], trim="top-left")
    expected = result.encode("png")
    for target in (
        "/v1/crop/150x100/scan.png?trim=top-left&format=png",
        "/unsafe/trim/150x100/smart/scan.png",
        "/unsafe/trim:top-left/150x100/smart/scan.png",
        "/unsafe/trim:bottom-right:0/150x0/scan.png",  # the side left open is that of what is left
        "/unsafe/trim:bottom-right/fit-in/150x150/scan.png",
    ):
        answer = service.ask(target)
        assert answer.status == 200, answer.content
        assert answer.content == expected, target
    assert service.ask("/unsafe/150x100/smart/scan.png").content != expected
    body = (pictures / "scan.png").read_bytes()
    answer = service.ask("/v1/crop?size=150x100&trim=top-left&format=png", "POST", body, {"content-type": "image/png"})
    assert answer.content == expected
    plan = service.ask("/v1/plan/3:2,free/scan.png?trim=top-left&saliency=true").json()
    assert (plan["source"], plan["trimmed"]) == ({"width": 700, "height": 460}, LEFT)
    assert plan["crops"][0]["box"] == LEFT
    meta = service.ask("/unsafe/meta/trim/150x100/scan.png").json()["thumbor"]
    cut = {"type": "crop", "left": 80, "top": 20, "right": 680, "bottom": 420}
    assert meta["operations"] == [cut, {"type": "resize", "width": 150, "height": 100}]
    assert meta["source"] == {"url": "scan.png", "width": 700, "height": 460}
    map_ = image_of(service.ask("/v1/map/scan.png?trim=top-left").content)
    assert map_.size == (512, 341)
    assert service.ask("/v1/explain/1:1/scan.png?trim=top-left").status == 200
    problem = service.ask("/unsafe/trim:top-left:500/150x100/scan.png")
    assert problem.status == 400
    assert "TOLERANCE" in problem.problem()


def test_a_part_is_cut_out_of_what_a_trimmed_border_leaves(service: Service, pictures: Path) -> None:
    scan = image_of((pictures / "scan.png").read_bytes()).convert("RGB").crop((80, 20, 680, 420))
    for border in ("trim:0", "t:0:ffffff", "t:0:fff", "t:10:fefefe"):
        for part, corners in {
            "c:200:100:nowe": (0, 0, 200, 100),
            "c:0.5:0.25:soea": (300, 300, 600, 400),
            "g:we/c:100:0": (0, 0, 100, 400),
        }.items():
            for options in (f"{border}/{part}", f"{part}/{border}"):  # imgproxy's own order, whatever the address has
                answer = service.ask(f"/unsafe/{options}/plain/scan.png")
                assert answer.status == 200, answer.content
                assert image_of(answer.content).convert("RGB").tobytes() == scan.crop(corners).tobytes(), options
    assert (
        service.ask("/unsafe/t:0:000/c:200:100:nowe/plain/scan.png").content
        == service.ask("/unsafe/c:200:100:nowe/plain/scan.png").content
    ), "no border is black"
    smart = image_of(service.ask("/unsafe/t:0/c:200:200:sm/rs:fill:100:100/plain/scan.png").content)
    assert smart.size == (100, 100)


def test_a_manual_crop_of_thumbor_is_in_pixels_of_the_source_with_its_border(service: Service, pictures: Path) -> None:
    scan = image_of((pictures / "scan.png").read_bytes()).convert("RGB")
    for cut, corners in {"0x0:180x120": (80, 20, 180, 120), "100x50:300x250": (100, 50, 300, 250)}.items():
        answer = service.ask(f"/unsafe/trim/{cut}/origxorig/scan.png")
        assert image_of(answer.content).convert("RGB").tobytes() == scan.crop(corners).tobytes(), cut
    assert service.ask("/unsafe/trim/0x0:70x460/50x50/scan.png").status == 400, "nothing of it is left"
    assert service.ask("/unsafe/trim:%23ffffff/50x50/scan.png").status == 400, "thumbor knows no colours"


def test_a_focal_box_is_in_pixels_of_the_source_beside_a_manual_crop(service: Service) -> None:
    def meta(options: str) -> dict[str, int]:
        found: dict[str, int] = service.ask(f"/unsafe/meta/{options}/scan.png").json()["thumbor"]["operations"][0]
        return found

    focal = "filters:focal(290x0:310x460)"
    assert [meta(f"{cut}100x400/{focal}")["left"] for cut in ("", "trim/")] == [243, 250]
    assert meta(f"200x0:700x400/100x400/{focal}")["left"] == 50
    for aligned, left in (("", 200), ("/left", 0), ("/right", 400)):  # what is not in the part does not count
        assert meta(f"200x0:700x400/100x400{aligned}/filters:focal(0x0:100x400)")["left"] == left


def test_a_saved_analysis_of_the_whole_picture_cannot_be_trimmed_any_more(service: Service) -> None:
    def planned(trim: str, analysis: str) -> Answer:
        saved = service.ask(f"/v1/plan/1:1/scan.png?saliency=true{analysis}").content
        return service.ask(f"/v1/plan?size=3:2{trim}", "POST", saved, {"content-type": "application/json"})

    assert planned("&trim=top-left", "").status == 400
    trimmed = planned("&trim=top-left", "&trim=top-left").json()
    assert trimmed["crops"][0]["box"] == trimmed["trimmed"] == LEFT


def test_alignments_and_focal_boxes_of_thumbor_mean_the_same_with_a_border_off(service: Service) -> None:
    def cut(options: str) -> int:
        found = service.ask(f"/unsafe/meta/trim/{options}/scan.png").json()["thumbor"]["operations"][0]["left"]
        return int(found)

    assert [cut(f"400x400{where}") for where in ("/left", "", "/right")] == [80, 180, 280]
    assert cut("400x400/filters:focal(300x20:320x40)") == 310 - 200

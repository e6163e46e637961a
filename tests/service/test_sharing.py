"""One look serves all sizes and names of a picture, and where it does not matter what is in a picture, nobody looks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from service.servers import Answer, Service, Watched


def _together(service: Service, targets: list[str]) -> list[Answer]:
    async def ask() -> list[Answer]:
        return await asyncio.gather(*map(service.asked, targets))

    answers: list[Answer] = service.run(ask())
    return answers


def test_many_sizes_at_once_are_one_look(watched: Callable[..., tuple[Service, Watched]]) -> None:
    service, model = watched()
    targets = [f"/v1/crop/{side}x{side}/coffee.jpg" for side in range(20, 36)] * 2
    answers = _together(service, [*targets, "/v1/plan/1:1/coffee.jpg", "/v1/map/coffee.jpg"])
    assert {answer.status for answer in answers} == {200}
    assert model.looks == 1
    by_target = dict(zip(targets, answers, strict=False))
    assert all(answer.content == by_target[target].content for target, answer in zip(targets, answers, strict=False))
    service.ask("/unsafe/77x33/smart/coffee.jpg")
    assert model.looks == 1


def test_the_same_picture_by_another_name_is_one_look(watched: Callable[..., tuple[Service, Watched]]) -> None:
    service, model = watched()
    service.ask("/v1/crop/30x30/chelsea.jpg")
    service.ask("/v1/crop/40x30/pets/my%20cat%20%C3%A9.jpg")
    assert model.looks == 1


SETTLED = [
    "/v1/crop/300x200/coffee.jpg",
    "/v1/crop/40x40/coffee.jpg?fit=contain",
    "/v1/crop/40x40/coffee.jpg?focus=0.2,0.5",
    "/unsafe/40x40/left/coffee.jpg",
    "/unsafe/fit-in/40x40/coffee.jpg",
    "/unsafe/0x50/coffee.jpg",
    "/unsafe/rs:fill:40:40/plain/coffee.jpg",
    "/resize=w:60/coffee.jpg",
]
"""Addresses of a picture of 600x400 for which it does not matter what is in it."""


def test_where_it_does_not_matter_nobody_looks(watched: Callable[..., tuple[Service, Watched]]) -> None:
    service, model = watched()
    first = {target: service.ask(target).content for target in SETTLED}
    assert model.looks == 0
    smart = service.ask("/v1/crop/40x40/coffee.jpg").content
    assert model.looks == 1, "what nobody looked at is not taken for a picture in which there is nothing"
    assert smart == watched()[0].ask("/v1/crop/40x40/coffee.jpg").content != first["/unsafe/40x40/left/coffee.jpg"]
    assert {target: service.ask(target).content for target in SETTLED} == first
    assert [service.ask("/v1/plan/300x200/coffee.jpg").status, model.looks] == [200, 1]
    service.ask("/v1/crop/300x200/chelsea.jpg?keep_metadata=true")
    assert model.looks == 2, "its focal point is written into the file"


TRIMS = ("", "?trim=top-left", "?trim=bottom-right", "?trim=top-left:30")


def test_a_picture_is_another_one_with_another_border_off(watched: Callable[..., tuple[Service, Watched]]) -> None:
    service, model = watched()
    alone = {trim: watched()[0].ask(f"/v1/plan/40x30/scan.png{trim}").content for trim in TRIMS}
    for _ in range(2):
        for trim in TRIMS:
            assert service.ask(f"/v1/plan/40x30/scan.png{trim}").content == alone[trim]
    assert model.looks == len(TRIMS)
    crops = [service.ask(f"/v1/crop/40x30/scan.png{trim}") for trim in TRIMS]
    together = _together(service, [f"/v1/crop/40x30/scan.png{trim}" for trim in TRIMS] * 2)
    assert [answer.content for answer in together] == [answer.content for answer in crops] * 2
    assert len({answer.headers["etag"] for answer in crops}) == len(TRIMS)
    assert crops[0].content != crops[1].content
    assert crops[1].content == crops[2].content, "the border is the same at both corners"
    service.ask("/unsafe/trim/50x30/smart/scan.png")
    assert model.looks == len(TRIMS)


def test_without_a_cache_every_answer_is_the_same(watched: Callable[..., tuple[Service, Watched]]) -> None:
    service, model = watched(cache="none")
    kept, _ = watched()
    for target in ("/v1/crop/30x30/coffee.jpg", "/v1/crop/300x220/coffee.jpg", "/v1/crop/30x30/coffee.jpg?zoom=1"):
        assert service.ask(target).content == kept.ask(target).content == kept.ask(target).content
    assert model.looks == 3

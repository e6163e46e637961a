"""Answers other than a crop."""

from __future__ import annotations

import json

from service.servers import Service


def test_a_plan_tells_alternatives_the_best_first(service: Service) -> None:
    alone = json.loads(service.ask("/v1/plan/2:5/rocket.jpg").content)
    several = json.loads(service.ask("/v1/plan/2:5,1:1/rocket.jpg?alternatives=3").content)
    assert several["crops"][0] == alone["crops"][0]
    tall = [crop for crop in several["crops"] if crop["target"] == {"ratio": "2:5"}]
    assert 2 <= len(tall) <= 3
    scores = [sum(crop["score"].values()) for crop in tall]
    assert scores == sorted(scores, reverse=True)
    assert service.ask("/v1/plan/free/rocket.jpg?alternatives=3").status == 400

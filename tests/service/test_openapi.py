"""The OpenAPI document: every request that it allows is answered as it says (schemathesis)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service.servers import Service

OPERATIONS = [
    "/v1/crop/{size}/{source}", "/v1/plan/{size}/{source}", "/v1/map/{source}", "/v1/explain/{size}/{source}",
]  # fmt: skip


@pytest.fixture(scope="module")
def small(opened: Callable[..., Service], pictures: Path) -> Service:
    """Return a service that takes no results larger than a page shows, so that the test stays quick."""
    return opened(root=pictures, allow_unsigned="true", limit_pixels=600_000)


@pytest.mark.parametrize("path", OPERATIONS)
def test_what_the_document_allows_is_answered(small: Service, path: str) -> None:
    schema = schemathesis.openapi.from_dict(small.ask("/openapi.json").json())
    operation = schema[path]["GET"]
    documented = {int(status) for status in operation.definition.raw["responses"]}

    @settings(
        max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
    )
    @given(
        case=operation.as_strategy(), picture=st.sampled_from(["coffee.jpg", "rocket.jpg", "logo.png", "letter.txt"])
    )
    def ask(case: Any, picture: str) -> None:
        case.path_parameters["source"] = picture
        request = case.as_transport_kwargs(base_url="http://service")
        from requests import Request  # noqa: PLC0415 - what schemathesis speaks

        prepared = Request(request["method"], request["url"], params=request.get("params")).prepare()
        answer = small.ask(prepared.path_url)
        assert answer.status in documented, (prepared.path_url, answer)
        if answer.status >= 400:
            answer.problem()

    ask()

"""Faults of a store: those that pass are retried, those that stay are raised with their cause."""

from __future__ import annotations

import pytest

from focalbox.errors import FetchError
from focalbox.storage import retries
from focalbox.storage.retries import retry


class Store:
    """Fails so many times, and then answers."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.faults:
            raise self.faults.pop(0)
        return "here"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "_PAUSE", 0.0)


def test_a_fault_that_passes_is_not_told() -> None:
    store = Store(TimeoutError("slow"), ConnectionResetError())
    assert retry(store, "it cannot be read", FetchError) == "here"
    assert store.calls == 3


def test_a_fault_that_stays_is_told_with_its_reason_and_cause() -> None:
    faults = [OSError(f"fault {number}") for number in range(5)]
    store = Store(*faults)
    with pytest.raises(FetchError, match="it cannot be read: fault 2") as caught:
        retry(store, "it cannot be read", FetchError, tries=3)
    assert store.calls == 3
    assert caught.value.__cause__ is faults[2]


@pytest.mark.parametrize(
    "fault", [FileNotFoundError(), PermissionError(), type("NoCredentialsError", (Exception,), {})()]
)
def test_what_asking_again_cannot_mend_is_asked_once(fault: Exception) -> None:
    store = Store(fault)
    with pytest.raises(FetchError, match="it cannot be read"):
        retry(store, "it cannot be read", FetchError)
    assert store.calls == 1

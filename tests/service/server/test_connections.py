"""Connections: limits in total and per address, and which idle one is closed first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from focalbox.service.server.connections import Connections


class Line:
    def __init__(self) -> None:
        self.open = True

    def abort(self) -> None:
        self.open = False


def test_one_address_makes_room_among_its_own() -> None:
    connections = Connections(10, 2)
    first, second, third, other = Line(), Line(), Line(), Line()
    assert connections.admit(other, "b")
    assert all(connections.admit(line, "a") for line in (first, second, third))
    assert (first.open, second.open, third.open, other.open) == (False, True, True, True)
    connections.busy(second)
    connections.busy(third)
    assert not connections.admit(Line(), "a"), "nobody who is answered goes"
    connections.idle(second)
    assert connections.admit(Line(), "a")
    assert (second.open, len(connections)) == (False, 3)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["admit", "busy", "idle", "leave"]))))
def test_bounds_hold_whatever_happens(events: list[tuple[str, str]]) -> None:
    connections = Connections(4, 2)
    lines: dict[Line, str] = {}
    for address, event in events:
        mine = [line for line, other in lines.items() if other == address and line.open]
        if event == "admit":
            line = Line()
            if connections.admit(line, address):
                lines[line] = address
        elif mine:
            getattr(connections, event)(mine[0])
            if event == "leave":
                del lines[mine[0]]
        still = [other for line, other in lines.items() if line.open]
        assert len(still) == len(connections) <= 4
        assert all(still.count(name) <= 2 for name in "abc")

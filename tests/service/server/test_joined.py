"""Head and body of an answer travel together, in order, and nothing is lost when a connection closes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from focalbox.service.server.joined import JoinedTransport

LARGE = b"x" * 2**16


class Sent(asyncio.Transport):
    """Notes what is asked of a transport."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.ended = ""

    def write(self, data: Any) -> None:
        self.pieces.append(bytes(data))

    def close(self) -> None:
        self.ended = "closed"

    def abort(self) -> None:
        self.ended = "aborted"

    def get_write_buffer_size(self) -> int:
        return 100


def ran(act: Callable[[JoinedTransport], None], *, turn: bool = False) -> Sent:
    sent = Sent()

    async def run() -> None:
        act(JoinedTransport(sent))
        if turn:
            await asyncio.sleep(0)

    asyncio.run(run())
    return sent


def test_what_is_written_in_one_turn_travels_together() -> None:
    def act(joined: JoinedTransport) -> None:
        for piece in (b"head ", b"", b"body"):
            joined.write(piece)
        assert joined.get_write_buffer_size() == 100 + len(b"head body")

    assert ran(act, turn=True).pieces == [b"head body"]


def test_what_is_flushed_travels_at_once() -> None:
    def act(joined: JoinedTransport) -> None:
        joined.write(b"one")
        joined.flush()
        joined.write(b"two")
        joined.flush()
        joined.flush()

    assert ran(act, turn=True).pieces == [b"one", b"two"]


def test_a_large_piece_travels_by_itself_behind_what_came_before() -> None:
    def act(joined: JoinedTransport) -> None:
        joined.write(b"head")
        joined.write(LARGE)
        joined.write(b"end")

    assert ran(act, turn=True).pieces == [b"head", LARGE, b"end"]


@pytest.mark.parametrize(("end", "pieces"), [("close", [b"last"]), ("abort", [])])
def test_a_close_sends_what_was_written_and_an_abort_does_not(end: str, pieces: list[bytes]) -> None:
    def act(joined: JoinedTransport) -> None:
        joined.write(b"last")
        getattr(joined, end)()

    sent = ran(act, turn=True)
    assert sent.pieces == pieces
    assert sent.ended.startswith(end)

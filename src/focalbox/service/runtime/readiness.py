"""Whether the service takes requests: starting, ready, or draining."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Readiness"]


@dataclass(slots=True)
class Readiness:
    """The state that starting, stopping and ``/readyz`` share.

    Parameters
    ----------
    started : bool
        Whether the model is loaded.
    draining : bool
        Whether the process was told to stop; it still takes requests for a while.

    Examples
    --------
    >>> Readiness(started=True).state, Readiness(started=True, draining=True).state, Readiness().state
    ('ready', 'stopping', 'starting')
    """

    started: bool = False
    draining: bool = False

    @property
    def state(self) -> str:
        """``"starting"``, ``"ready"`` or ``"stopping"``."""
        if self.draining:
            return "stopping"
        return "ready" if self.started else "starting"

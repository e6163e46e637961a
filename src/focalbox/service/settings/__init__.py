"""How the service runs."""

from focalbox.service.settings.settings import ServiceSettings

__all__ = ["ServiceSettings"]

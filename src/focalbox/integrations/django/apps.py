"""The application as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["FocalboxConfig"]


class FocalboxConfig(AppConfig):
    """focalbox: no models of its own."""

    name = "focalbox.integrations.django"
    label = "focalbox"
    verbose_name = "focalbox"

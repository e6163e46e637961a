"""A photograph with its analysis beside it, a kind of photograph with a table of its own, and one without."""

from __future__ import annotations

from typing import Any

from django.db import models
from imagekit.models import ImageSpecField

from focalbox.integrations.django.fields import AnalysisField
from focalbox.integrations.imagekit import FocalCrop


class Photo(models.Model):
    image = models.ImageField(upload_to="photos", blank=True)
    analysis = AnalysisField("image")
    banner = ImageSpecField(source="image", processors=[FocalCrop(200, 80)], format="PNG")

    class Meta:
        app_label = "gallery"

    def __str__(self) -> str:
        return str(self.image)


class DraftsLeftOut(models.Manager):
    def get_queryset(self) -> Any:
        return super().get_queryset().none()


class Portrait(Photo):
    sitter = models.CharField(max_length=20)

    class Meta:
        app_label = "gallery"


class Note(models.Model):
    """A picture of which imagekit, which loads every one, makes nothing."""

    text = models.CharField(max_length=20)
    image = models.ImageField(upload_to="photos")
    analysis = AnalysisField("image")

    class Meta:
        app_label = "gallery"

    def __str__(self) -> str:
        return self.text


class Published(Photo):
    """Photographs that its manager leaves out, all of them, as one does that shows no drafts."""

    objects = DraftsLeftOut()

    class Meta:
        app_label = "gallery"
        proxy = True


class Favourite(Photo):
    class Meta:
        app_label = "gallery"
        proxy = True

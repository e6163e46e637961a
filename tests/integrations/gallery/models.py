"""A photograph with its analysis beside it, a kind of photograph with a table of its own, and one without."""

from __future__ import annotations

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


class Portrait(Photo):
    sitter = models.CharField(max_length=20)

    class Meta:
        app_label = "gallery"


class Favourite(Photo):
    class Meta:
        app_label = "gallery"
        proxy = True

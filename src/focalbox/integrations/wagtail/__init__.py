"""focalbox for Wagtail: put ``"focalbox.integrations.wagtail"`` into ``INSTALLED_APPS``.

An uploaded image gets a focal point if its editor chose none, so that every ``fill-`` rendition keeps what matters.
"""

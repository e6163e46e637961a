"""focalbox where pictures already live: Pillow calls, Django, Wagtail, easy-thumbnails, django-imagekit.

Each module imports its framework; focalbox imports none of these modules by itself.
"""

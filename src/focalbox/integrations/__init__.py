"""focalbox where pictures already live: Pillow calls, Django, Wagtail, easy-thumbnails, django-imagekit.

Each module imports its host when it is imported itself, and focalbox imports none of them.
"""

"""The template tags that ``{% load focalbox %}`` loads."""

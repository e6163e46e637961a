"""What ``{% load focalbox %}`` finds."""

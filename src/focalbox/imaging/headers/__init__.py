"""The headers of files: what they tell about the picture besides its pixels."""

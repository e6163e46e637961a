"""The headers of files: the properties of a picture besides its pixels."""

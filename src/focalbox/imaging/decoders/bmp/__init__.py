"""Windows bitmaps of variants that Pillow refuses or draws wrong."""

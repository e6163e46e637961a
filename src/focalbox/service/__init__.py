"""The image service: crops by URL, for native, Filestack and thumbor addresses; the only importer of starlette."""

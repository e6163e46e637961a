"""The image service under load: beside thumbor and ipx, for minutes, and with more than it can do."""

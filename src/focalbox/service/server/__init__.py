"""The server: HTTP/1.1 with deadlines, bounded connections, draining, and several processes on one socket."""

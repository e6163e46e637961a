"""The sockets: HTTP/1.1 with deadlines, a bound on connections, draining, several processes on one socket."""

"""What the client decides: pure functions and flows, without I/O and without an HTTP library."""

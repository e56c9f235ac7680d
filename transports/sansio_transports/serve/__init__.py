"""Drivers for the server's side: they move bytes between sockets and `sansio.gateway`."""

"""Drivers for sync sockets, asyncio and trio over the pure machines of `sansio`."""

"""Framings: how records stand in a stream of bytes.  Each module stands alone; a decoder never raises for its input."""

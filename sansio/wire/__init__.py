"""HTTP messages down to byte verbs: HTTP/1.1, TLS, proxies, the pool, and the call as seen from a driver."""

"""Installation, embedded servers and the launcher: everything around the service, nothing of it."""

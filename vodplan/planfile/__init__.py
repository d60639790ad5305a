"""Plan files at the edge: what may come in, and how they reach the disk."""

"""Keeps run history, journals and leases in SQLite or PostgreSQL; see docs/store.md."""

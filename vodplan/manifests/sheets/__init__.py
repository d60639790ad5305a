"""Manifests as spreadsheets: one row for each asset, written from the library and read back as edits."""

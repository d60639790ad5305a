"""Measurements: whole processes, taken in turn, told as ratios within one run.

`make bench` runs them, keeps what they found in results.json, and writes docs/performance.md from it.
"""

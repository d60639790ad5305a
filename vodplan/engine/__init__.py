"""Carries the straight line through: reads what is asked for, lets the core decide, writes what was approved."""

"""How results look: one view per output format, told the same results."""

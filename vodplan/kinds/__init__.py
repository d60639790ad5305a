"""The pure half of each kind of asset: its fields, the service's limits, how changes become calls."""

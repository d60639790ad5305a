"""The client of the VOD service: signing, pacing, retrying, reading and writing."""

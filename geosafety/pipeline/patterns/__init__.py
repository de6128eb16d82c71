"""Where events cluster, since when, and how concentrated they are."""

"""Values on a map -> patterns. Pure, and the only door to libpysal, esda and pointpats.

`neighbours` says which areas lie beside each other, `autocorrelation` whether values
cluster at all, `local` where, `hotspots` what to call it and how far to trust it, and
`trends` how it changes; `density` and `near_repeat` look at points, `concentration` and
`quotients` at shares, `similarity` and `accuracy` at one map beside another. Nothing
here says why a pattern is there.
"""

"""What may be shown: hide small groups, and check that nothing gives them away. Pure.

Published tables are *cells*, each a sum of unknown counts of people; see `layout`.
"""

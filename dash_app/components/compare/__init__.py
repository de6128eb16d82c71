"""Parts of the page that sets areas, or one area's years, beside each other."""

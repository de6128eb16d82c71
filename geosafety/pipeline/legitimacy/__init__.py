"""The legitimacy score and its words."""

"""Impact areas: the scorecard, and areas to propose."""

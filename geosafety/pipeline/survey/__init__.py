"""Surveys: weighted, compared, ranked, and who answered."""

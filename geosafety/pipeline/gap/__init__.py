"""The engagement-gap sheet."""

"""Printed tables typed in, and what in them does not add up."""

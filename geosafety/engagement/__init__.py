"""What to do about it: where to go to hear the people who are not heard. Pure."""

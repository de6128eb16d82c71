"""Results to things that people take away. Handed frames; opens no results."""

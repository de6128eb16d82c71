"""From results to a plan of visits."""

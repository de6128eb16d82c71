"""Parts of the pages about areas: how to choose one, and what is known of it."""

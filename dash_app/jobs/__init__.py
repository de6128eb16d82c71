"""What the pipeline makes on request: the only room that may call it."""

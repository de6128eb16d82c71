"""What pages may ask for. Reads finished results; the only room that sees a frame."""

"""The Dash app: reads finished results and computes nothing of its own."""

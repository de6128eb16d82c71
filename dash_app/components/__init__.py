"""Parts of pages: plain values in, a component out."""

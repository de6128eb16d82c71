"""Where things are: layers, placing, crosswalks. Pure: nothing here reads a file."""

"""Raw files to tidy observations. One module per input; these touch the disk."""

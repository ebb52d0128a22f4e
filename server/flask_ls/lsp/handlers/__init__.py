"""One module for each method of the protocol: convert in, ask, convert out."""

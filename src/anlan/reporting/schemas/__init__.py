"""Input and output of the API of reporting: one module for each part."""

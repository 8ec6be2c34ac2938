"""Input and output of the API of inspection, one module per subject."""

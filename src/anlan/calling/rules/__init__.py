"""When something is said to whom. Pure."""

"""Rules of the registry: pure checks and code lists."""

"""Rules of reporting: pure."""

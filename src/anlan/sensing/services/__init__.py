"""What sensing decides and records."""

"""The pure rules of accounts."""

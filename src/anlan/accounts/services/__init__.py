"""The only deciders of accounts: they check, then record entries. LOCAL tables (credentials) are written here too."""

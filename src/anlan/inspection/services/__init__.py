"""The only deciders of inspection: each checks right and scope, asks the rules, and records entries."""

"""A client for Boltz's API keys."""

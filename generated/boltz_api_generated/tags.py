"""The tags of the contract and their titles. This imports nothing, so that listing them costs nothing."""

TAGS: dict[str, str] = {"admin.api_keys": "API Keys"}

"""The reference: openapi.yaml as pages, in every language that the package speaks."""

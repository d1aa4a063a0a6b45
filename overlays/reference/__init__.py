"""The reference: openapi.yaml as pages, in every language of the package."""

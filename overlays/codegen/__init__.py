"""The pipeline: from openapi.yaml to generated/."""

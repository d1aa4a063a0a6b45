"""The languages that the reference speaks. Each says how it writes an endpoint; none knows of pages."""

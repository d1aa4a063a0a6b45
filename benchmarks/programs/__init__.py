"""Whole programs, short as a user would write them, that time themselves from their first line to the first answer."""

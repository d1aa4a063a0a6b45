"""``python -m boltz_api.cli``, for where the script is not on the path."""

from boltz_api.cli import main

main()

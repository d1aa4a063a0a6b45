"""Create a key and deal with everything that can go wrong.

``python error_handling.py "CI runner"``
"""

from __future__ import annotations

import sys

import boltz_api
from boltz_api import Boltz


def create(client: Boltz, name: str) -> str:
    """The new key, or an end of the program that says what to do."""
    try:
        return client.admin.api_keys.create(name=name, expires_in_days=90).key
    except boltz_api.ArgumentError as error:
        # Nothing was sent: the argument breaks a rule of the contract.
        sys.exit(f"{error}")
    except boltz_api.AuthenticationError:
        sys.exit("The key in BOLTZ_API_KEY is missing, unknown, revoked or expired.")
    except boltz_api.PermissionDeniedError as error:
        sys.exit(f"This needs an admin key that works from here: {error.message}")
    except boltz_api.RateLimitError as error:
        sys.exit(f"Too many requests; try again in {error.retry_after or 60:.0f} s.")
    except boltz_api.APIError as error:
        if error.outcome_unknown:
            # The create was not repeated: it may have happened, and a second one would
            # leave a key that nobody holds.
            for key in client.admin.api_keys.candidates(error):
                told = f"may be the new key: {key.id}, made {key.created_at}"
                print(told, file=sys.stderr)
            sys.exit(
                "It is not known whether a key was made. Others may have made some of "
                "these: find out which is yours, revoke that one, then try again."
            )
        sys.exit(f"No key was made: {error}")


if __name__ == "__main__":
    with Boltz() as client:
        print(create(client, sys.argv[1]))

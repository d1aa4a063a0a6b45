"""The command line, ``boltz-api``: the contract's operations as commands. Needs the extra ``cli``."""

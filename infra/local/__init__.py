"""The hub's whole stack on one machine, without an AWS account. `python -m infra.local --help` tells how."""

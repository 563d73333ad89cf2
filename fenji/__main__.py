"""`python -m fenji` is `fenji`."""

from fenji.config.cli import main

main()

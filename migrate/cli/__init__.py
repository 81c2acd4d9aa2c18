"""The command `poets`: map the first word to a command. Each command is implemented in the folder of its name.

No command's own code is here.
"""

from poets.migrate.cli.dispatch import main as main

"""The command `poets`: which word runs which command. What a command does lies in the folder of its name."""

from poets.migrate.cli.dispatch import main as main

"""The small network that poets ships: how its graph is built, trained and measured."""

"""What every request passes before a route: connection, clients, tokens, formats, kept answers."""

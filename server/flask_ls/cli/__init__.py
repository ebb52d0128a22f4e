"""The command line: `flask-ls check`, `rule`, `routes`, `config` and `server`. Never loads pygls or lsprotocol."""

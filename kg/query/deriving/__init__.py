"""From a query to the query whose solutions are the derivations of its rows."""

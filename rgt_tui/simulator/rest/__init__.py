"""REST v2 and GraphQL over HTTP."""

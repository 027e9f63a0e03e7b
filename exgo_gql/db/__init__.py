"""Tables, constraints, roles, pools, the embedded server. No business meaning."""

"""What stands between a request and a resolver: limits, cost, validation, masking (rules 16 to 20)."""

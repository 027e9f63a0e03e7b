"""The order page as one writes it by hand: plain Strawberry, a DataLoader per relation. No tenants, no log-in."""

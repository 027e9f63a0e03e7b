"""Who asks: viewers, permissions, passwords, tokens."""
